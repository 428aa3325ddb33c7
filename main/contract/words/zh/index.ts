import { parameterTable } from '../../training-parameters.ts'
import type { Words } from '../translator.ts'
import { datasetRows } from './dataset-rows.ts'
import { datasets } from './datasets.ts'
import { environments } from './environments.ts'
import { evaluation } from './evaluation.ts'
import { inference } from './inference.ts'
import { jobs } from './jobs.ts'
import { modelFiles } from './model-files.ts'
import { models } from './models.ts'
import { platform } from './platform.ts'
import { requests } from './requests.ts'
import { training } from './training.ts'
import { singleWords } from './words.ts'
import { worker } from './worker.ts'

/** One part for each domain; no sentence stands in two. */
export const parts: Readonly<Record<string, Words>> = {
  platform,
  jobs,
  environments,
  datasets,
  datasetRows,
  modelFiles,
  models,
  training,
  inference,
  evaluation,
  worker,
  requests,
  singleWords,
}

/** The help of a training parameter stands in its warnings too, and has its Chinese beside it already. */
const parameterHelp: Words = Object.fromEntries(
  Object.values(parameterTable).map(({ help }) => [help.en, help['zh-CN']]),
)

export const allWords: Words = Object.assign({}, parameterHelp, ...Object.values(parts))
