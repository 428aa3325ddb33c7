import * as z from 'zod'
import { AppError } from './errors.ts'
import {
  type Condition,
  type ParameterDefault,
  type ParameterKey,
  type ParameterRow,
  type ParameterValue,
  parameterGroups,
  parameterTable,
  type Range,
  type TrainingMethod,
  type Tuning,
  trainingMethods,
  tunings,
} from './training-parameter-table.ts'

export * from './training-parameter-table.ts'

type Table = typeof parameterTable
type ValueOf<R> = R extends { type: 'integer' | 'number' }
  ? number
  : R extends { type: 'boolean' }
    ? boolean
    : R extends { type: 'choice'; choices: readonly (infer C)[] }
      ? C
      : R extends { type: 'list' }
        ? readonly string[]
        : string
type Partly = { readonly methods: unknown } | { readonly appliesWhen: unknown } | { readonly default: null }
type PartlyKey = { [K in ParameterKey]: Table[K] extends Partly ? K : never }[ParameterKey]

/** Valid parameters of one run: every key that applies is there, none that doesn't. */
export type TrainingParameters = {
  readonly [K in Exclude<ParameterKey, PartlyKey>]: ValueOf<Table[K]>
} & { readonly [K in PartlyKey]?: ValueOf<Table[K]> }

/** What is known of the model and narrows the parameters. */
export type ParameterLimits = {
  /** Positions the model was built for; longer sequences fail or turn to noise. */
  readonly contextLength?: number
  /** The width of its layers: narrow models take higher learning rates. */
  readonly hiddenSize?: number
}

type Values = Readonly<Record<string, ParameterValue>>
type Problem = {
  readonly key: string
  readonly value: unknown
  readonly allowed: string
  readonly message: string
}

/** One parameter as one method has it. */
export type MethodParameter = ParameterRow & { readonly key: ParameterKey }

// `Object.entries` forgets the literal keys; the table is a closed constant, so they are exactly `ParameterKey`.
const rows = Object.entries(parameterTable) as readonly (readonly [ParameterKey, ParameterRow])[]

/** The parameters of a method, in the order of forms, with the method's own range and default put in place. */
export const parametersOf = (method: TrainingMethod): readonly MethodParameter[] =>
  rows
    .filter(([, row]) => row.methods === undefined || row.methods.includes(method))
    .map(([key, row]) => {
      const own = { key, default: row.defaultFor?.[method] ?? row.default }
      return row.type === 'integer' || row.type === 'number'
        ? { ...row, ...own, range: row.rangeFor?.[method] ?? row.range }
        : { ...row, ...own }
    })
    .toSorted((a, b) => parameterGroups.indexOf(a.group) - parameterGroups.indexOf(b.group))

const isDefaultRule = (value: ParameterDefault): value is Exclude<ParameterDefault, ParameterValue | null> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const number = (value: ParameterValue | undefined): number => (typeof value === 'number' ? value : Number.NaN)

/** The largest divisor within the range, else the smallest above `atMost`: a default must never be the invalid part. */
const divisor = (of: number, { min, max }: Range, atMost: number): number => {
  const candidates = Array.from({ length: Math.min(of, max) }, (_, index) => index + 1).filter(
    candidate => candidate >= min && of % candidate === 0,
  )
  return candidates.findLast(candidate => candidate <= atMost) ?? candidates[0] ?? min
}

/** The default of one parameter, given the tuning and the values of the others; null leaves it out. */
export const resolveDefault = (
  parameter: MethodParameter,
  tuning: Tuning,
  values: Values,
  { contextLength }: ParameterLimits = {},
): ParameterValue | null => {
  const fallback = parameter.default
  if (parameter.key === 'maxSequenceLength' && contextLength !== undefined)
    return Math.min(number(typeof fallback === 'number' ? fallback : undefined), contextLength)
  if (!isDefaultRule(fallback)) return fallback
  if ('byTuning' in fallback) return fallback.byTuning[tuning]
  const range = 'range' in parameter ? parameter.range : { min: 1, max: Number.MAX_SAFE_INTEGER }
  if ('multiple' in fallback) {
    const { of, factor } = fallback.multiple
    return Math.min(range.max, Math.max(range.min, number(values[of]) * factor))
  }
  return divisor(number(values[fallback.divisor.of]), range, fallback.divisor.atMost)
}

const holds = (condition: Condition | undefined, values: Values): boolean => {
  if (condition === undefined) return true
  const value = values[condition.key]
  return (typeof value === 'string' || typeof value === 'boolean') && condition.in.includes(value)
}

/** The allowed values of a parameter as a phrase: `an integer from 1 to 1024`. */
export const allowedValues = (parameter: ParameterRow): string => {
  switch (parameter.type) {
    case 'integer':
      return `an integer from ${parameter.range.min} to ${parameter.range.max}`
    case 'number':
      return `a number from ${parameter.range.min} to ${parameter.range.max}`
    case 'boolean':
      return 'true or false'
    case 'choice':
      return `one of ${parameter.choices.join(', ')}`
    case 'string':
      return `text that matches ${parameter.pattern}`
    case 'list':
      return `a list of ${parameter.items.min} to ${parameter.items.max} names that match ${parameter.pattern}`
    default:
      return parameter satisfies never
  }
}

const shown = (value: unknown): string => {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

const notAllowed = (key: string, value: unknown, allowed: string): string =>
  `${key}: ${shown(value)} is not allowed; it must be ${allowed}`

/** What is said of a percentage where a fraction is asked for. */
const isPercent = (parameter: MethodParameter, value: unknown): value is number =>
  parameter.unit === 'fraction' && typeof value === 'number' && value >= 1 && value <= 100

const valueSchema = (parameter: MethodParameter): z.ZodType<ParameterValue> => {
  const error = ({ input }: { readonly input?: unknown }) =>
    notAllowed(parameter.key, input, allowedValues(parameter)) +
    (isPercent(parameter, input) ? ` (it is a fraction: write ${input / 100} for ${input} %)` : '')
  switch (parameter.type) {
    case 'integer':
      return z.int({ error }).min(parameter.range.min, { error }).max(parameter.range.max, { error })
    case 'number':
      return z.number({ error }).min(parameter.range.min, { error }).max(parameter.range.max, { error })
    case 'boolean':
      return z.boolean({ error })
    case 'choice':
      return z.enum(parameter.choices, { error })
    case 'string':
      return z.string({ error }).regex(new RegExp(parameter.pattern), { error })
    case 'list':
      return z
        .array(z.string({ error }).regex(new RegExp(parameter.pattern), { error }), { error })
        .min(parameter.items.min, { error })
        .max(parameter.items.max, { error })
    default:
      return parameter satisfies never
  }
}

/** Levenshtein distance of two short words. */
const distance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1)
      row.push(
        Math.min(
          (previous[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    previous = row
  }
  return previous[b.length] ?? 0
}

const plain = (key: string): string => key.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** The key that was probably meant: by Qianfan's or Transformers' name, else by spelling; undefined when none is near. */
export const closestParameter = (method: TrainingMethod | undefined, key: string): ParameterKey | undefined => {
  const candidates = method === undefined ? rows.map(([name, row]) => ({ ...row, key: name })) : parametersOf(method)
  const wanted = plain(key.slice(0, 100))
  if (wanted === '') return undefined
  const names = (row: MethodParameter) => [row.qianfanName, row.transformersName].filter(name => name !== undefined)
  const words = (row: MethodParameter) => names(row).flatMap(name => name.split(/ × | \/ |[ .(]/))
  const byName =
    candidates.find(row => plain(row.key) === wanted || names(row).some(name => plain(name) === wanted)) ??
    candidates.find(row => words(row).some(word => plain(word) === wanted))
  if (byName !== undefined) return byName.key
  const [nearest] = candidates
    .map(row => ({ key: row.key, off: distance(plain(row.key), wanted) }))
    .toSorted((a, b) => a.off - b.off)
  return nearest !== undefined && nearest.off <= Math.max(2, Math.ceil(0.4 * wanted.length)) ? nearest.key : undefined
}

const unknownKey = (method: TrainingMethod, key: string): string => {
  const elsewhere = trainingMethods.filter(other => parametersOf(other).some(parameter => parameter.key === key))
  if (elsewhere.length > 0) return `${shown(key)} is a parameter of ${elsewhere.join(' and ')}; ${method} has none such`
  const meant = closestParameter(method, key)
  return `there is no parameter ${shown(key)}${meant === undefined ? '' : `; did you mean ${meant}?`}`
}

/** Adds the defaults to what was given; the order lets a rule read the value that it depends on. */
const complete = (method: TrainingMethod, given: Values, limits: ParameterLimits): Values => {
  const parameters = parametersOf(method)
  const values: Record<string, ParameterValue> = { ...given }
  const tuning = tunings.find(name => name === values.tuning) ?? 'lora'
  const rulesLast = parameters.toSorted((a, b) => Number(isRuleOfOthers(a)) - Number(isRuleOfOthers(b)))
  values.tuning = tuning
  for (const parameter of rulesLast) {
    if (values[parameter.key] !== undefined || !holds(parameter.appliesWhen, values)) continue
    const value = resolveDefault(parameter, tuning, values, limits)
    if (value !== null) values[parameter.key] = value
  }
  // The same order for everybody, so that two equal configurations serialise to equal bytes.
  return Object.fromEntries(
    parameters.flatMap(({ key }) => {
      const value = values[key]
      return value === undefined ? [] : [[key, value] as const]
    }),
  )
}

const isRuleOfOthers = ({ default: fallback, appliesWhen }: MethodParameter): boolean =>
  appliesWhen !== undefined || (isDefaultRule(fallback) && ('multiple' in fallback || 'divisor' in fallback))

/** What two parameters together rule out. */
const crossChecks = (method: TrainingMethod, given: Values, all: Values, limits: ParameterLimits): Problem[] => {
  const problems: Problem[] = []
  const refuse = (key: string, allowed: string) =>
    problems.push({
      key,
      value: all[key],
      allowed,
      message: notAllowed(key, all[key], allowed),
    })

  for (const { key, appliesWhen } of parametersOf(method))
    if (appliesWhen !== undefined && given[key] !== undefined && !holds(appliesWhen, all)) {
      const allowed = `left out unless ${appliesWhen.key} is ${appliesWhen.in.join(' or ')}`
      problems.push({
        key,
        value: given[key],
        allowed,
        message: `${key} must be ${allowed} (it is ${shown(all[appliesWhen.key])})`,
      })
    }
  const globalBatchSize = number(all.globalBatchSize)
  if (globalBatchSize % number(all.microBatchSize) !== 0)
    if (given.microBatchSize === undefined)
      refuse('globalBatchSize', 'divisible by a micro batch that the method allows')
    else refuse('microBatchSize', `a divisor of globalBatchSize (${globalBatchSize})`)
  if (all.lrEnd !== undefined && number(all.lrEnd) >= number(all.learningRate))
    refuse('lrEnd', `below the learningRate (${shown(all.learningRate)})`)
  if (
    Array.isArray(all.loraTargetModules) &&
    all.loraTargetModules.length > 1 &&
    all.loraTargetModules.includes('all-linear')
  )
    refuse('loraTargetModules', 'either all-linear alone or names of modules')
  if (all.earlyStopping === true && all.saveStrategy === 'end')
    refuse('saveStrategy', 'steps or epoch while earlyStopping is on, which keeps the best checkpoint')
  if (
    all.earlyStopping === true &&
    all.saveStrategy === 'steps' &&
    number(all.saveSteps) % number(all.validationSteps) !== 0
  )
    refuse('saveSteps', `a multiple of validationSteps (${shown(all.validationSteps)}) while earlyStopping is on`)
  if (limits.contextLength !== undefined && number(all.maxSequenceLength) > limits.contextLength)
    refuse('maxSequenceLength', `at most ${limits.contextLength}, the context length of this model`)
  return problems
}

const buildGivenSchema = (method: TrainingMethod) =>
  z.strictObject(
    Object.fromEntries(
      parametersOf(method).map(parameter => [
        parameter.key,
        valueSchema(parameter).optional().meta({ description: parameter.help.en }),
      ]),
    ),
    {
      error: issue =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map(key => unknownKey(method, key)).join('; ')
          : `the parameters must be an object of keys and values, not ${shown(issue.input)}`,
    },
  )

// Building a schema costs about a millisecond, and the planner parses the same method many times over.
const givenSchemas = new Map<TrainingMethod, ReturnType<typeof buildGivenSchema>>()
const givenSchema = (method: TrainingMethod) => {
  const schema = givenSchemas.get(method) ?? buildGivenSchema(method)
  givenSchemas.set(method, schema)
  return schema
}

/**
 * The zod schema of a method's parameters. The input is what a user set; the output has the defaults for its tuning.
 * Unknown keys, values outside their range and combinations that cannot work are refused, all of them at once; each
 * message names the key, the value and what is allowed.
 */
export const parametersSchema = (
  method: TrainingMethod,
  limits: ParameterLimits = {},
): z.ZodType<TrainingParameters, Record<string, unknown>> => {
  const schema = givenSchema(method).transform((input, context) => {
    const given: Values = Object.fromEntries(
      Object.entries(input).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
    )
    const values = complete(method, given, limits)
    for (const { key, value, message } of crossChecks(method, given, values, limits))
      context.addIssue({ code: 'custom', path: [key], input: value, message })
    return values
  })
  // The shape was built from the table's rows, of which `TrainingParameters` is the static view.
  return schema as unknown as z.ZodType<TrainingParameters, Record<string, unknown>>
}

/**
 * Parses parameters or throws `invalid_input` with every problem in `details.problems` (key, value, allowed, message).
 */
export const parseParameters = (
  method: TrainingMethod,
  input: unknown,
  limits: ParameterLimits = {},
): TrainingParameters => {
  const result = parametersSchema(method, limits).safeParse(input)
  if (result.success) return result.data
  const byKey = new Map<string, ParameterRow>(parametersOf(method).map(parameter => [parameter.key, parameter]))
  const unique = new Map(result.error.issues.map(issue => [issue.message, issue]))
  const problems = [...unique.values()].map(({ path, message, ...issue }): Problem => {
    const key = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : String(path[0] ?? '')
    const row = byKey.get(key)
    const value =
      typeof input === 'object' && input !== null && Object.hasOwn(input, key) ? Reflect.get(input, key) : undefined
    return { key, value, allowed: row === undefined ? 'a key of this method' : allowedValues(row), message }
  })
  throw new AppError('invalid_input', problems.map(({ message }) => message).join('\n'), {
    hint: `\`slipway training schema ${method}\` lists every parameter with its range and default.`,
    details: { problems },
  })
}

/** What a method takes when the user sets nothing but the tuning. */
export const defaultsFor = (method: TrainingMethod, tuning: Tuning, limits: ParameterLimits = {}): TrainingParameters =>
  parseParameters(method, { tuning }, limits)

/** Values that are allowed but rarely meant, one sentence each. */
export const parameterWarnings = (
  method: TrainingMethod,
  parameters: TrainingParameters,
  { hiddenSize }: ParameterLimits = {},
): readonly string[] => {
  const values: Readonly<Record<string, unknown>> = parameters
  return parametersOf(method).flatMap(parameter => {
    const value = values[parameter.key]
    if (!('usual' in parameter) || parameter.usual === undefined || typeof value !== 'number') return []
    const usual = 'byTuning' in parameter.usual ? parameter.usual.byTuning[parameters.tuning] : parameter.usual
    const narrowness =
      parameter.usualWidth === undefined || hiddenSize === undefined ? 1 : parameter.usualWidth / hiddenSize
    const { min } = usual
    const max = Number(Math.min(parameter.range.max, usual.max * Math.max(1, narrowness)).toPrecision(2))
    return value >= min && value <= max
      ? []
      : [`${parameter.key} ${value} is unusual: runs mostly use ${min} to ${max}. ${parameter.help.en}`]
  })
}
