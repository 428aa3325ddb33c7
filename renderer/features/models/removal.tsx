import { useMutation } from '@tanstack/react-query'
import { App, Button } from 'antd'
import type { ModelVersionId } from '../../../main/contract/models.ts'
import { api, client } from '../../lib/client.ts'
import { failureOf } from '../../lib/failure.ts'
import { useText } from '../../lib/i18n.ts'
import { inspectorText } from './inspector-text.ts'

const undoSeconds = 12

/** Removes a version or a whole model at once, and offers to take it back: the files were never touched. */
export function useRemoval(onRemoved: () => void) {
  const text = useText(inspectorText)
  const { message } = App.useApp()
  const removal = useMutation(api.models.remove.mutationOptions())
  const restore = async (ids: readonly ModelVersionId[], name: string) => {
    try {
      for (const id of ids) await client.models.restore({ id })
      void message.success(text.restored(name))
    } catch (error) {
      void message.error(failureOf(error).message, undoSeconds)
    }
  }
  return {
    error: removal.error,
    remove: (id: string, name: string) =>
      removal.mutate(
        { id },
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
                  {text.removed(name)}{' '}
                  <Button
                    size="small"
                    onClick={() => {
                      message.destroy(key)
                      void restore(removed, name)
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
