import { useMutation } from '@tanstack/react-query'
import { App, Button } from 'antd'
import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import { said } from '../../../lib/backend-words.ts'
import { api, client } from '../../../lib/client.ts'
import { failureOf } from '../../../lib/failure.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { go, useRoute } from '../../../lib/route.ts'
import { datasetsText } from '../text.ts'
import { type CheckSettings, inputOf } from './settings.ts'
import { checkText } from './text.ts'

const undoSeconds = 12

/** Leaves rows out of a new version and goes on with that one; undoing removes it and goes back. */
export function useRepair(dataset: DatasetDetail, settings: CheckSettings) {
  const text = useText(checkText)
  const names = useText(datasetsText)
  const { message } = App.useApp()
  const { query } = useRoute()
  const repair = useMutation(api.datasets.repair.mutationOptions())
  const there = { ...query, row: undefined }
  const undo = async (id: string) => {
    try {
      go('datasets', dataset.id, there)
      await client.datasets.remove({ id })
    } catch (error) {
      void message.error(said(failureOf(error).message), undoSeconds)
    }
  }
  return {
    error: repair.error,
    isPending: repair.isPending,
    drop: (without: readonly string[]) =>
      repair.mutate(
        { id: dataset.id, without: [...without], ...inputOf(settings) },
        {
          onSuccess: made => {
            go('datasets', made.id, there)
            const key = `repaired-${made.id}`
            void message.open({
              key,
              type: 'success',
              duration: undoSeconds,
              content: (
                <>
                  {text.repaired(number(dataset.rows - made.rows), `${made.name} ${names.version(made.version)}`)}{' '}
                  <Button
                    size="small"
                    onClick={() => {
                      message.destroy(key)
                      void undo(made.id)
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
