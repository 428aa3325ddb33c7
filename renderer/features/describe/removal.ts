import { useMutation } from '@tanstack/react-query'
import { App } from 'antd'
import { dictionary, useText } from '../../lib/i18n.ts'
import { useUndo } from '../../ui/undo.tsx'

const phrases = dictionary({
  restored: [(name: string) => `${name} is back.`, (name: string) => `${name} 已恢复。`],
})

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
  const undo = useUndo()
  const removal = useMutation({ mutationFn: ({ id }: { readonly id: string; readonly name: string }) => remove(id) })
  return {
    error: removal.error,
    isPending: removal.isPending,
    remove: (id: string, name: string) =>
      removal.mutate(
        { id, name },
        {
          onSuccess: ({ removed }) => {
            onRemoved()
            undo(said(name), async () => {
              for (const each of removed) await restore(each)
              void message.success(text.restored(name))
            })
          },
        },
      ),
  }
}
