import { useMutation } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { said } from '../../../lib/backend-words.ts'
import { api, client } from '../../../lib/client.ts'
import { failureOf } from '../../../lib/failure.ts'
import { middle } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { go } from '../../../lib/route.ts'
import { runText } from './text.ts'

const undoSeconds = 12

/** Removes a run at once, and offers to take it back: nothing is deleted for some days. */
export function useRunRemoval(onFailed: (error: unknown) => void) {
  const text = useText(runText)
  const { message } = App.useApp()
  const removal = useMutation(api.training.remove.mutationOptions({ onError: onFailed }))
  const restore = (id: Parameters<typeof client.training.restore>[0]['id'], name: string) =>
    client.training.restore({ id }).then(
      run => {
        void message.success(text.restored(name))
        go('training', run.id)
      },
      (error: unknown) => void message.error(said(failureOf(error).message), undoSeconds),
    )
  return {
    isPending: removal.isPending,
    remove: (id: string, name: string) =>
      removal.mutate(
        { id },
        {
          onSuccess: ({ removed }) => {
            go('training')
            const key = `removed-${removed}`
            void message.open({
              key,
              type: 'success',
              duration: undoSeconds,
              content: (
                <>
                  {text.removed(middle(name))}{' '}
                  <Button
                    size="small"
                    onClick={() => {
                      message.destroy(key)
                      void restore(removed, middle(name))
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
