import { AppError } from '../../contract/errors.ts'
import type { MemoryPlan } from '../../contract/memory-plan.ts'
import type { ModelVersion } from '../../contract/models.ts'
import type { TrainingPlan } from '../../contract/training.ts'
import { parameterFromText } from '../../contract/training-parameter-text.ts'
import {
  type ParameterLimits,
  parameterWarnings,
  parseParameters,
  type TrainingMethod,
  type TrainingParameters,
} from '../../contract/training-parameters.ts'
import type { TrainingData, TrainingDeps } from './deps.ts'

export type PlanInput = {
  method: TrainingMethod
  model: string
  dataset: readonly string[]
  validation: readonly string[]
  /** By id or name of the dataset. */
  samplingRate: Readonly<Record<string, number>>
  set: Readonly<Record<string, unknown>>
  device: string
}

/** A dataset to learn from, and how often its rows are used. */
export type SampledData = TrainingData & { readonly samplingRate: number }

export type PreparedRun = {
  readonly model: ModelVersion
  readonly train: readonly SampledData[]
  readonly measured: readonly TrainingData[]
  readonly parameters: TrainingParameters
  readonly answer: TrainingPlan
}

/** Checks everything that can be known before a run starts: model, rows, parameters, memory. Starts nothing. */
export function createPreparation({
  models,
  datasets,
  plan,
}: Pick<TrainingDeps, 'models' | 'datasets' | 'plan'>): (input: PlanInput) => Promise<PreparedRun> {
  return async ({ method, model: modelRef, dataset, validation, samplingRate, set, device }) => {
    const model = models.readyVersion(modelRef)
    if (model.summary.format !== 'safetensors') {
      throw new AppError(
        'unsupported',
        `${model.name} is ${model.summary.format}; training needs safetensors weights.`,
        {
          hint:
            model.summary.format === 'adapter'
              ? 'Give the base with --model, and the adapter with --from.'
              : 'Import the original safetensors model.',
        },
      )
    }
    const chosen = dataset.map(ref => checkedKind(datasets.version(ref), method))
    const rates = ratesOf(samplingRate, chosen, datasets.version)
    const train = chosen.map(data => ({ ...data, samplingRate: rates.get(data.id) ?? 1 }))
    const measured = validation.map(ref => checkedKind(datasets.version(ref), method))
    const limits = limitsOf(model)
    const parameters = parseParameters(method, typed(set), limits)
    if (parameters.earlyStopping && measured.length === 0 && parameters.validationSplit === 0) throw nothingMeasures()
    const { memory, trainableParameters, processors } = await plan(model, method, parameters, device)
    const threads = processors && Math.min(parameters.threads ?? processors.granted, processors.all)
    const all = sum(train.map(data => data.rows))
    const learned = measured.length > 0 ? 1 : 1 - heldBack(all, parameters.validationSplit) / all
    const rows = Math.round(sum(train.map(data => data.rows * data.samplingRate)) * (all > 0 ? learned : 1))
    const answer: TrainingPlan = {
      method,
      model: model.name,
      dataset: train.map(data => data.name),
      parameters,
      warnings: [
        ...parameterWarnings(method, parameters, limits),
        ...waitingNote(memory),
        ...sharingNote(parameters, processors),
      ],
      rows,
      steps: stepsOf(parameters, rows),
      trainableParameters,
      memory,
      ...(threads !== undefined && { processors: threads }),
    }
    return { model, train, measured, parameters, answer }
  }
}

/** What a model bounds the parameters by. */
export const limitsOf = ({ summary: { contextLength, hiddenSize } }: ModelVersion): ParameterLimits => ({
  ...(contextLength !== undefined && { contextLength }),
  ...(hiddenSize !== undefined && { hiddenSize }),
})

/**
 * How many steps so many rows take; null where they are packed. Then a step counts sequences, and how many those are
 * only the tokenizer knows: a guess from characters may be wrong by three times between languages.
 */
function stepsOf(parameters: TrainingParameters, rows: number): number | null {
  if (parameters.maxSteps) return parameters.maxSteps
  if ('packing' in parameters && parameters.packing) return null
  return Math.ceil(Math.ceil(rows / parameters.globalBatchSize) * parameters.epochs)
}

/** The rate of each dataset's version; every name must be of one that is learned from. */
function ratesOf(
  rates: Readonly<Record<string, number>>,
  train: readonly TrainingData[],
  version: (ref: string) => TrainingData,
): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(rates).map(([ref, rate]) => {
      const { id, name } = version(ref)
      if (train.some(data => data.id === id)) return [id, rate]
      throw new AppError('invalid_input', `${name} has a sampling rate, but is not learned from.`, {
        hint: `Give it with --dataset too. Datasets here: ${train.map(data => data.name).join(', ')}.`,
      })
    }),
  )
}

const leastRowsToSplit = 20

/** As the trainer does it: none of a few rows, and of more at least one. */
const heldBack = (rows: number, share: number): number =>
  rows < leastRowsToSplit || share <= 0 ? 0 : Math.max(1, Math.floor(rows * share))

function nothingMeasures(): AppError {
  const message = 'earlyStopping needs rows that measure: a validation set, or a validationSplit above 0.'
  return new AppError('invalid_input', message, {
    hint: 'Set validationSplit=0.05, or give --validation.',
    details: { problems: [{ key: 'earlyStopping', value: true, allowed: 'false', message }] },
  })
}

/** On the command line every value is text; the table of parameters knows what each should be. */
export const typed = (set: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(set).map(([key, value]) => [key, typeof value === 'string' ? parameterFromText(key, value) : value]),
  )

const kindsOf: Readonly<Record<TrainingMethod, readonly string[]>> = {
  pretrain: ['text'],
  sft: ['sft'],
  dpo: ['dpo'],
  kto: ['kto', 'dpo'],
}

function checkedKind(data: TrainingData, method: TrainingMethod): TrainingData {
  if (kindsOf[method].includes(data.kind)) return data
  throw new AppError(
    'invalid_input',
    `${data.name} holds ${data.kind} rows; ${method} learns from ${kindsOf[method].join(' or ')} rows.`,
    {
      hint: `slipway training methods shows what each method takes; slipway datasets check ${data.name} --method ${method} says more.`,
    },
  )
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

/** Whether a run of that size can neither start now nor once running jobs have ended. */
export const cannotStart = ({ verdict, startsWhenFree }: MemoryPlan): boolean =>
  verdict === 'too_large' && startsWhenFree !== true

const waitingNote = ({ startsWhenFree, totalBytes, device, freeBytes }: MemoryPlan): readonly string[] =>
  startsWhenFree
    ? [
        `It needs ${gigabytes(totalBytes)} on ${device}, which has ${gigabytes(freeBytes)} free: it starts when running jobs have given theirs back.`,
      ]
    : []

const sharingNote = (
  { threads }: TrainingParameters,
  processors: { readonly granted: number; readonly all: number } | undefined,
): readonly string[] =>
  processors && threads === undefined && processors.granted < processors.all
    ? [
        `Other jobs hold processors: if it starts now, it computes with ${processors.granted} of ${processors.all} to its end. Set threads for another number.`,
      ]
    : []

export function tooLarge(memory: MemoryPlan): AppError {
  const needed = sum(memory.terms.map(term => term.bytes))
  const first = memory.remedies[0]
  return new AppError(
    'missing_requirement',
    `This run needs about ${gigabytes(needed)} on ${memory.device}, which has ${gigabytes(memory.freeBytes)} free.`,
    {
      hint: first
        ? `It would fit with: ${first.change} (${gigabytes(first.totalBytes)}). --anyway starts it all the same.`
        : 'Use a smaller model or a larger device. --anyway starts it all the same.',
      details: { terms: memory.terms, remedies: memory.remedies },
    },
  )
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
