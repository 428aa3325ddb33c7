import { useMutation } from '@tanstack/react-query'
import { App } from 'antd'
import { api, client } from '../../../lib/client.ts'
import { middle } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { go } from '../../../lib/route.ts'
import { useUndo } from '../../../ui/undo.tsx'
import { runText } from './text.ts'

/** Removes a run at once, and offers to take it back: nothing is deleted for some days. */
export function useRunRemoval(onFailed: (error: unknown) => void) {
  const text = useText(runText)
  const { message } = App.useApp()
  const undo = useUndo()
  const removal = useMutation(api.training.remove.mutationOptions({ onError: onFailed }))
  return {
    isPending: removal.isPending,
    remove: (id: string, name: string) =>
      removal.mutate(
        { id },
        {
          onSuccess: ({ removed }) => {
            go('training')
            undo(text.removed(middle(name)), async () => {
              const run = await client.training.restore({ id: removed })
              void message.success(text.restored(middle(name)))
              go('training', run.id)
            })
          },
        },
      ),
  }
}
