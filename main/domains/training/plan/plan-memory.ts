import { AppError } from '../../../contract/errors.ts'
import { parseParameters, type TrainingParameters } from '../../../contract/training-parameters.ts'
import { checkArchitecture } from './architecture.ts'
import { GiB, sum } from './bytes.ts'
import { type MemoryTerm, memoryTerms, type PlanDevice, type PlanInput } from './memory-terms.ts'

/** `tight`: fits, with less than a tenth of the free memory to spare; estimates err by about that much. */
export type Verdict = 'fits' | 'tight' | 'too_large'

/** A change that makes the run fit, checked by planning again with it. */
export type Remedy = {
  /** Ready for `--set`; empty when only another device helps. */
  readonly changes: Readonly<Record<string, number | boolean | string>>
  /** What it costs the user: nothing but time, a little quality, rows that are cut, or hardware. */
  readonly harm: 'slower' | 'quality' | 'cuts_rows' | 'hardware'
  readonly text: string
  readonly totalBytes: number
  readonly verdict: Verdict
}

export type MemoryPlan = {
  readonly terms: readonly MemoryTerm[]
  readonly totalBytes: number
  readonly freeBytes: number
  readonly deviceName: string
  readonly verdict: Verdict
  /** In order of least harm; empty when the run fits. */
  readonly remedies: readonly Remedy[]
}

export const verdictOf = (totalBytes: number, freeBytes: number): Verdict =>
  totalBytes <= 0.9 * freeBytes ? 'fits' : totalBytes <= freeBytes ? 'tight' : 'too_large'

const totalOf = (input: PlanInput): number => sum(memoryTerms(input).map(({ bytes }) => bytes))

type Step = Pick<Remedy, 'harm' | 'text'> & { readonly changes: Remedy['changes'] }

const divisors = (of: number, below: number): readonly number[] =>
  Array.from({ length: Math.min(below - 1, 1024) }, (_, index) => Math.min(below - 1, 1024) - index).filter(
    candidate => of % candidate === 0,
  )

/** Single changes, gentlest first. Steps of one parameter run from small to drastic. */
const possibleSteps = ({ method, parameters, device }: PlanInput): readonly (readonly Step[])[] => {
  const step = (harm: Step['harm'], changes: Step['changes'], text: string): Step => ({ harm, changes, text })
  const least = method === 'kto' ? 2 : 1
  const cuda = device.kind === 'cuda'
  const { microBatchSize, globalBatchSize, maxSequenceLength, loraRank = 16 } = parameters
  const microBatches = divisors(globalBatchSize, microBatchSize)
    .filter(size => size >= least)
    .map(size =>
      step(
        'slower',
        { microBatchSize: size },
        `compute ${size} ${size === 1 ? 'row' : 'rows'} at once instead of ${microBatchSize}: slower, same result`,
      ),
    )
  const checkpointing = parameters.gradientCheckpointing
    ? []
    : [
        step(
          'slower',
          { gradientCheckpointing: true },
          'compute activations again instead of keeping them: about a fifth slower, same result',
        ),
      ]
  const precision =
    cuda && parameters.precision === 'fp32'
      ? [step('quality', { precision: 'bf16' }, 'compute in bf16 instead of fp32: faster, slightly less exact')]
      : []
  const optimizer =
    cuda && parameters.optimizer === 'adamw_torch' && parameters.tuning === 'full'
      ? [
          step(
            'quality',
            { optimizer: 'adamw_8bit' },
            'keep the optimizer state in 8 bits: nearly the same result, needs bitsandbytes',
          ),
        ]
      : []
  const ranks = parameters.tuning === 'full' ? [] : [64, 32, 16, 8, 4].filter(rank => rank < loraRank)
  const rank = ranks.map(size =>
    step('quality', { loraRank: size }, `adapters of rank ${size} instead of ${loraRank}: they can learn less`),
  )
  const tuning = [
    ...(parameters.tuning === 'full'
      ? [
          step(
            'quality',
            { tuning: 'lora' },
            'train adapters instead of all weights: close to full tuning on most tasks',
          ),
        ]
      : []),
    ...(cuda && parameters.tuning !== 'qlora'
      ? [
          step(
            'quality',
            { tuning: 'qlora' },
            'train adapters over a base in 4 bits: slower, slightly less exact, needs bitsandbytes',
          ),
        ]
      : []),
  ]
  const lengths = Array.from({ length: 16 }, (_, index) => Math.floor(maxSequenceLength / 2 ** (index + 1)))
    .filter(length => length >= 128)
    .map(length =>
      step(
        'cuts_rows',
        { maxSequenceLength: length },
        `sequences of ${length} tokens instead of ${maxSequenceLength}: longer rows are cut`,
      ),
    )
  return [microBatches, checkpointing, precision, optimizer, rank, tuning, lengths].filter(steps => steps.length > 0)
}

/** The input with a change made as the user would make it, defaults that hang on the tuning included. */
const changed = (input: PlanInput, changes: Remedy['changes']): PlanInput => {
  const { parameters, method } = input
  const switchesTuning = changes.tuning !== undefined && changes.tuning !== parameters.tuning
  const kept: Partial<TrainingParameters> = { ...parameters }
  // A rate for all weights is some ten times too low for adapters: let the default of the new tuning take over.
  const { learningRate, ...rest } = kept
  return {
    ...input,
    parameters: parseParameters(method, { ...(switchesTuning ? rest : { ...rest, learningRate }), ...changes }),
  }
}

const remedyFor = (input: PlanInput, step: Step): Remedy | undefined => {
  const totalBytes = totalOf(changed(input, step.changes))
  const verdict = verdictOf(totalBytes, input.device.freeBytes)
  return verdict === 'too_large' ? undefined : { ...step, totalBytes, verdict }
}

/** Where no single change is enough: the gentle ones together, then harsher ones, until it fits. */
const combined = (input: PlanInput, groups: readonly (readonly Step[])[]): Remedy | undefined => {
  let all: Step | undefined
  for (const group of groups)
    for (const [index, step] of group.entries()) {
      const next: Step = {
        harm: step.harm,
        changes: { ...all?.changes, ...step.changes },
        text: all === undefined ? step.text : `${all.text}; ${step.text}`,
      }
      const remedy = remedyFor(input, next)
      if (remedy !== undefined) return remedy
      if (index === group.length - 1) all = next
    }
  return undefined
}

const largerDevice = (input: PlanInput): Remedy => {
  const atLeast = Math.ceil(totalOf(input) / 0.9 / GiB)
  const device: PlanDevice = { ...input.device, totalBytes: atLeast * GiB, freeBytes: atLeast * GiB }
  const totalBytes = totalOf({ ...input, device })
  return {
    changes: {},
    harm: 'hardware',
    text: `${input.device.kind === 'cuda' ? 'a device' : 'a machine'} with at least ${atLeast} GiB free; nothing else changes`,
    totalBytes,
    verdict: verdictOf(totalBytes, device.freeBytes),
  }
}

const findRemedies = (input: PlanInput): readonly Remedy[] => {
  const groups = possibleSteps(input)
  // Of one parameter, the smallest change that is enough.
  const single = groups.flatMap(group => {
    const first = group.map(step => remedyFor(input, step)).find(remedy => remedy !== undefined)
    return first === undefined ? [] : [first]
  })
  const together = single.length === 0 ? combined(input, groups) : undefined
  return [...single, ...(together === undefined ? [] : [together]), largerDevice(input)]
}

/**
 * Says what a training step needs at its peak, term by term, whether the device has it, and if not, what would fit.
 * An estimate: kernels and allocators differ, so treat `tight` as a risk. Three real TRL runs on the CPU (56 M parameters,
 * 4 × 512 tokens; full, full with checkpointing, lora) peaked at 86 %, 86 % and 96 % of the plan; CUDA is not calibrated.
 * Sizes in bytes.
 * @throws AppError invalid_input for dimensions or adapter targets that cannot be; missing_requirement for a tuning or
 * optimizer that the device cannot run
 */
export const planMemory = (input: PlanInput): MemoryPlan => {
  const { model, parameters, device, worldSize = 1 } = input
  checkArchitecture(model)
  if (!Number.isSafeInteger(worldSize) || worldSize < 1)
    throw new AppError('invalid_input', `worldSize is ${worldSize}; it must be a positive whole number.`)
  if (device.kind === 'cpu' && parameters.tuning === 'qlora')
    throw new AppError('missing_requirement', 'tuning=qlora needs a CUDA device; this run is planned for the CPU.', {
      hint: 'Use tuning=lora.',
    })
  if (device.kind === 'cpu' && parameters.optimizer === 'adamw_8bit')
    throw new AppError(
      'missing_requirement',
      'optimizer=adamw_8bit needs a CUDA device; this run is planned for the CPU.',
      { hint: 'Use optimizer=adamw_torch.' },
    )
  if (device.kind === 'cpu' && parameters.precision === 'fp16')
    throw new AppError('missing_requirement', 'precision=fp16 needs a CUDA device; this run is planned for the CPU.', {
      hint: 'Use precision=auto, bf16 or fp32.',
    })
  const terms = memoryTerms(input)
  const totalBytes = sum(terms.map(({ bytes }) => bytes))
  const verdict = verdictOf(totalBytes, device.freeBytes)
  return {
    terms,
    totalBytes,
    freeBytes: device.freeBytes,
    deviceName: device.name,
    verdict,
    remedies: verdict === 'too_large' ? findRemedies(input) : [],
  }
}
