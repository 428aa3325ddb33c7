import { AppError } from '../../contract/errors.ts'
import type { ModelVersion } from '../../contract/models.ts'
import type { MemoryPlan, TrainingPlan } from '../../contract/training.ts'
import { parseSetFlags } from '../../contract/training-parameter-text.ts'
import {
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
  set: Readonly<Record<string, unknown>>
  device: string
}

export type PreparedRun = {
  readonly model: ModelVersion
  readonly train: readonly TrainingData[]
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
  return async ({ method, model: modelRef, dataset, validation, set, device }) => {
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
    const train = dataset.map(ref => checkedKind(datasets.version(ref), method))
    const measured = validation.map(ref => checkedKind(datasets.version(ref), method))
    const limits = model.summary.contextLength === undefined ? {} : { contextLength: model.summary.contextLength }
    const parameters = parseParameters(method, typed(set), limits)
    const { memory, trainableParameters } = await plan(model, method, parameters, device)
    const heldBack =
      measured.length > 0 ? 0 : Math.floor(sum(train.map(data => data.rows)) * parameters.validationSplit)
    const rows = sum(train.map(data => data.rows)) - heldBack
    const stepsPerEpoch = Math.ceil(rows / parameters.globalBatchSize)
    const steps = parameters.maxSteps ? parameters.maxSteps : Math.ceil(stepsPerEpoch * parameters.epochs)
    const answer: TrainingPlan = {
      method,
      model: model.name,
      dataset: train.map(data => data.name),
      parameters,
      warnings: [...parameterWarnings(method, parameters), ...waitingNote(memory)],
      rows,
      steps,
      trainableParameters,
      memory,
    }
    return { model, train, measured, parameters, answer }
  }
}

/** On the command line every value is text; the table of parameters knows what each should be. */
export const typed = (set: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(set).flatMap(([key, value]) =>
      typeof value === 'string' ? Object.entries(parseSetFlags([`${key}=${value}`])) : [[key, value]],
    ),
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
