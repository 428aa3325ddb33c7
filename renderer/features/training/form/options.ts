import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { DatasetVersion } from '../../../../main/contract/dataset-versions.ts'
import type { ModelVersion } from '../../../../main/contract/models.ts'
import { api } from '../../../lib/client.ts'
import { bytes, count, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { facts } from '../../../lib/marks.ts'
import { matching } from '../../../ui/SearchSelect.tsx'
import { methodText } from '../parameter-text.ts'
import type { FoundAssets } from './AssetPicker.tsx'
import type { Method } from './draft.ts'
import { formText } from './text.ts'

const most = 40

/** As the command line names a version. */
export const versionName = ({ name, version }: { readonly name: string; readonly version: number }): string =>
  `${name}@${version}`

export const modelNote = ({ summary, sizeBytes }: Pick<ModelVersion, 'summary' | 'sizeBytes'>): string =>
  facts(
    summary.parameterCount !== undefined && count(summary.parameterCount),
    summary.dtype ?? summary.quantization,
    bytes(sizeBytes),
    summary.license,
  )

/** Models that are ready, of one format, by a few letters. */
export const useModels = (words: string, format: 'safetensors' | 'adapter'): FoundAssets => {
  const answer = useQuery({
    ...api.models.list.queryOptions({ input: { limit: most, format, state: 'ready', ...matching(words) } }),
    placeholderData: keepPreviousData,
  })
  return {
    answer,
    options: (answer.data?.items ?? []).map(model => ({
      id: model.id,
      name: versionName(model),
      note: modelNote(model),
    })),
  }
}

/** Which kinds of rows a method learns from; the backend refuses others. */
export const kindsOf: Readonly<Record<Method, readonly string[]>> = {
  pretrain: ['text'],
  sft: ['sft'],
  dpo: ['dpo'],
  kto: ['kto', 'dpo'],
}

export const useDatasets = (words: string, method: Method): FoundAssets => {
  const text = useText(formText)
  const methods = useText(methodText)
  const answer = useQuery({
    ...api.datasets.list.queryOptions({ input: { limit: most, ...matching(words) } }),
    placeholderData: keepPreviousData,
  })
  const refusalOf = ({ state, kind }: DatasetVersion): string | undefined => {
    if (state !== 'draft' && state !== 'frozen') return text.stillImporting
    return kind !== undefined && kindsOf[method].includes(kind)
      ? undefined
      : text.otherKind(kind ?? '?', methods[method])
  }
  return {
    answer,
    options: (answer.data?.items ?? []).map(dataset => ({
      id: dataset.id,
      name: versionName(dataset),
      note: text.rowsOf(number(dataset.rows), dataset.kind ?? '?'),
      refusal: refusalOf(dataset),
    })),
  }
}
