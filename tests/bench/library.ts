import { mkdirSync } from 'node:fs'
import type { ModelSummary } from '../../main/contract/models.ts'
import { describeWith } from '../../main/domains/models/listing/describe.ts'
import { refreshModel } from '../../main/domains/models/listing-repo.ts'
import { insertModel, insertVersion, setLabels } from '../../main/domains/models/repo.ts'
import { servingBytes } from '../../main/domains/training/serving-bytes.ts'
import { migrations } from '../../main/entry/migrations.ts'
import { systemClock } from '../../main/platform/clock.ts'
import { prepareDatabase } from '../../main/platform/db/prepare.ts'
import { createStore } from '../../main/platform/db/store.ts'
import { newId } from '../../main/platform/ids.ts'
import { silentLog } from '../../main/platform/log.ts'
import { pathsOf } from '../../main/platform/paths.ts'
import { temporaryDir } from '../support/backend.ts'

const words = ['llama', 'qwen', 'mistral', 'gemma', 'phi', 'falcon', 'olmo', 'granite', 'yi', 'deepseek']
const formats: readonly ModelSummary['format'][] = ['safetensors', 'safetensors', 'gguf', 'onnx', 'adapter']
const licences = ['apache-2.0', 'apache-2.0', 'mit', 'llama3.1', 'gemma', 'cc-by-nc-4.0', undefined]
const architectures = [
  'LlamaForCausalLM',
  'Qwen3ForCausalLM',
  'MistralForCausalLM',
  'Gemma3ForConditionalGeneration',
  'Qwen2_5_VLForConditionalGeneration',
  'WhisperForConditionalGeneration',
  'XLMRobertaModel',
  'Qwen3ForSequenceClassification',
  ...Array.from({ length: 22 }, (_, i) => `Custom${i}ForCausalLM`),
]
const states = ['ready', 'ready', 'ready', 'ready', 'ready', 'ready', 'missing', 'failed'] as const
const labels = ['draft', 'best', 'paper', 'baseline', 'archived', 'team-a', 'team-b']

/** Spread evenly and the same in every run (Knuth's multiplicative hash). */
const scattered = (i: number): number => (i * 2_654_435_761) >>> 0
const pick = <T>(values: readonly T[], number: number): T => values[number % values.length] as T // never empty

const describe = describeWith(servingBytes)

function summaryOf(i: number, parameterCount: number): ModelSummary {
  const hash = scattered(i)
  const license = pick(licences, hash >>> 7)
  return {
    format: pick(formats, hash),
    architecture: pick(architectures, hash >>> 11),
    parameterCount,
    dtype: 'bfloat16',
    ...{ contextLength: 32_768, layers: 32, hiddenSize: 4096, heads: 32, kvHeads: 8 },
    ...{ feedForwardSize: 14_336, vocabSize: 128_256 },
    ...(license !== undefined && { license }),
    hasChatTemplate: hash % 3 > 0,
    containsCode: [],
    warnings: [],
  }
}

/** A data directory with so many models of all sizes and kinds, written through the domain's own repo. */
export function libraryOf(count: number): string {
  const dataDir = temporaryDir('bench')
  const paths = pathsOf(dataDir, process.env)
  for (const dir of [paths.dataDir, paths.backups, paths.logs]) mkdirSync(dir, { recursive: true })
  const db = prepareDatabase({ paths, migrations, nowIso: new Date().toISOString(), log: silentLog })
  const store = createStore({ db, clock: systemClock, bootId: 'bench', publish: () => undefined })
  for (let start = 0; start < count; start += 10_000) {
    store.record(tx => {
      for (let i = start; i < Math.min(count, start + 10_000); i += 1) {
        const hash = scattered(i)
        const modelId = newId('mdl', 1_700_000_000_000 + i)
        const parameterCount = 100_000_000 * (1 + (hash % 700))
        const sizeBytes = parameterCount * (hash % 2 ? 2 : 1)
        insertModel(tx, {
          id: modelId,
          name: `${pick(words, i)}-${i}-${(i * 7919) % 1000}b`,
          description: `run ${i} of a sweep`,
          atMs: 1_700_000_000_000 + i * 1000,
        })
        setLabels(tx, modelId, hash % 2 ? [pick(labels, hash >>> 13), pick(labels, hash >>> 17)] : [])
        insertVersion(tx, {
          id: newId('mdv', 1_700_000_000_000 + i),
          modelId,
          state: pick(states, hash >>> 19),
          source: 'registered',
          path: `/models/${i}`,
          sizeBytes,
          files: [{ path: 'model.safetensors', sizeBytes }],
          atMs: 1_700_000_000_000 + i * 1000,
          summary: summaryOf(i, parameterCount),
        })
        refreshModel(tx, modelId, describe)
      }
    })
  }
  db.close()
  return dataDir
}
