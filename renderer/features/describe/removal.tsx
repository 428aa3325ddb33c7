import { useMutation } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { said as saidNow } from '../../lib/backend-words.ts'
import { failureOf } from '../../lib/failure.ts'
import { dictionary, useText } from '../../lib/i18n.ts'

const phrases = dictionary({
  undo: ['Undo', '撤销'],
  restored: [(name: string) => `${name} is back.`, (name: string) => `${name} 已恢复。`],
})
const undoSeconds = 12

type Removal<Id> = {
  readonly remove: (id: string) => Promise<{ readonly removed: readonly Id[] }>
  readonly restore: (id: Id) => Promise<unknown>
  /** What is said once it is gone, such as where its files stay. */
  readonly said: (name: string) => string
  readonly onRemoved: () => void
}

/** Removes something with versions at once, and offers to take it back: no question is asked where nothing is lost. */
export function useRemoval<Id>({ remove, restore, said, onRemoved }: Removal<Id>) {
  const text = useText(phrases)
  const { message } = App.useApp()
  const removal = useMutation({ mutationFn: ({ id }: { readonly id: string; readonly name: string }) => remove(id) })
  const undo = async (ids: readonly Id[], name: string) => {
    try {
      for (const id of ids) await restore(id)
      void message.success(text.restored(name))
    } catch (error) {
      void message.error(saidNow(failureOf(error).message), undoSeconds)
    }
  }
  return {
    error: removal.error,
    isPending: removal.isPending,
    remove: (id: string, name: string) =>
      removal.mutate(
        { id, name },
        {
          onSuccess: ({ removed }) => {
            onRemoved()
            const key = `removed-${id}`
            void message.open({
              key,
              type: 'success',
              duration: undoSeconds,
              content: (
                <>
                  {said(name)}{' '}
                  <Button
                    size="small"
                    onClick={() => {
                      message.destroy(key)
                      void undo(removed, name)
                    }}
                  >
                    {text.undo}
                  </Button>
                </>
              ),
            })
          },
        },
      ),
  }
}
