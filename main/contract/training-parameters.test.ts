import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { AppError } from './errors.ts'
import { parameterFromText } from './training-parameter-text.ts'
import {
  closestParameter,
  defaultsFor,
  type MethodParameter,
  type ParameterValue,
  parametersOf,
  parametersSchema,
  parameterWarnings,
  parseParameters,
  type TrainingMethod,
  trainingMethods,
  tunings,
} from './training-parameters.ts'

const caught = (act: () => unknown): AppError => {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const anyMethod = fc.constantFrom(...trainingMethods)
const anyTuning = fc.constantFrom(...tunings)

/** Valid values of one parameter alone. */
const validValue = (parameter: MethodParameter): fc.Arbitrary<ParameterValue> => {
  switch (parameter.type) {
    case 'integer':
      return fc.integer(parameter.range)
    case 'number':
      return fc.double({ ...parameter.range, noNaN: true }).map(value => (Object.is(value, -0) ? 0 : value))
    case 'boolean':
      return fc.boolean()
    case 'choice':
      return fc.constantFrom(...parameter.choices)
    case 'string':
      return fc.stringMatching(new RegExp(parameter.pattern))
    case 'list':
      return fc.array(fc.stringMatching(/^[a-z_]{1,12}$/), { minLength: 1, maxLength: 8 })
    default:
      return parameter satisfies never
  }
}

/** What the cross checks tie together; each has an example of its own below. */
const tied: readonly string[] = ['globalBatchSize', 'microBatchSize', 'lrEnd', 'saveSteps', 'saveStrategy']

/** Whole configurations that the schema accepts: any values, without those whose condition does not hold. */
const validConfiguration = anyMethod.chain(method => {
  const free = parametersOf(method).filter(({ key }) => !tied.includes(key))
  const shape = Object.fromEntries(free.map(parameter => [parameter.key, validValue(parameter)]))
  return fc
    .record(shape, { requiredKeys: ['tuning', 'lrSchedulerType', 'earlyStopping'] })
    .map(raw => ({ packing: defaultPacking(method), ...raw }))
    .map((raw: Readonly<Record<string, ParameterValue | undefined>>) => {
      const applies = ({ appliesWhen }: MethodParameter) => {
        const value = appliesWhen && raw[appliesWhen.key]
        return appliesWhen === undefined || appliesWhen.in.some(allowed => allowed === value)
      }
      const keys = free
        .filter(parameter => applies(parameter) && raw[parameter.key] !== undefined)
        .map(({ key }) => key)
      const valid = Object.fromEntries(keys.map(key => [key, raw[key]]))
      if (raw.earlyStopping === true) valid.saveStrategy = 'epoch'
      return { method, parameters: parseParameters(method, valid) }
    })
})
const defaultPacking = (method: TrainingMethod) => (method === 'pretrain' ? true : method === 'sft' ? false : undefined)

describe('training parameters', () => {
  test('the keys that every method promises are there', () => {
    const promised = ['tuning', 'epochs', 'learningRate', 'globalBatchSize', 'maxSequenceLength', 'loraRank']
    promised.push('warmupRatio', 'weightDecay', 'seed', 'loggingSteps', 'saveSteps', 'validationSplit')
    for (const method of trainingMethods)
      expect(parametersOf(method).map(parameter => parameter.key)).toEqual(expect.arrayContaining(promised))
  })

  test('defaults follow the tuning and the method', () => {
    expect(defaultsFor('sft', 'lora')).toMatchObject({ learningRate: 3e-4, loraRank: 16, loraAlpha: 32, epochs: 3 })
    expect(defaultsFor('sft', 'full')).toMatchObject({ learningRate: 3e-5, microBatchSize: 4, globalBatchSize: 16 })
    expect(defaultsFor('sft', 'full')).not.toHaveProperty('loraRank')
    expect(defaultsFor('pretrain', 'lora')).toMatchObject({ packing: true, packingStrategy: 'wrapped', epochs: 1 })
    expect(defaultsFor('dpo', 'full')).toMatchObject({ beta: 0.1, learningRate: 1e-6 })
    expect(defaultsFor('kto', 'lora')).toMatchObject({ desirableWeight: 1, undesirableWeight: 1 })
    expect(defaultsFor('sft', 'lora')).not.toHaveProperty('maxSteps')
  })

  test('a rule follows the value that was set', () => {
    expect(parseParameters('sft', { loraRank: 8 })).toMatchObject({ loraAlpha: 16 })
    expect(parseParameters('sft', { globalBatchSize: 6 })).toMatchObject({ microBatchSize: 3 })
    expect(parseParameters('kto', { globalBatchSize: 7 })).toMatchObject({ microBatchSize: 7 })
  })

  test('defaults are valid for any method, tuning and context length', () => {
    fc.assert(
      fc.property(anyMethod, anyTuning, fc.integer({ min: 8, max: 1_000_000 }), (method, tuning, contextLength) => {
        const defaults = defaultsFor(method, tuning, { contextLength })
        expect(parametersSchema(method, { contextLength }).parse(defaults)).toEqual(defaults)
        expect(parameterWarnings(method, defaultsFor(method, tuning))).toEqual([])
      }),
    )
  })

  test('the default of the micro batch divides any global batch', () => {
    fc.assert(
      fc.property(anyMethod, fc.integer({ min: 2, max: 1000 }), (method, globalBatchSize) => {
        const { microBatchSize } = parseParameters(method, { globalBatchSize })
        expect(globalBatchSize % microBatchSize).toBe(0)
        expect(microBatchSize).toBeGreaterThanOrEqual(method === 'kto' ? 2 : 1)
      }),
    )
  })

  test('a number outside its range is always refused, with key, value and range', () => {
    const numeric = anyMethod.chain(method => {
      const parameters = parametersOf(method).filter(parameter => 'range' in parameter)
      return fc.record({
        method: fc.constant(method),
        parameter: fc.constantFrom(...parameters),
        by: fc.double({ min: 1e-6, max: 1e12, noNaN: true }),
        above: fc.boolean(),
      })
    })
    fc.assert(
      fc.property(numeric, ({ method, parameter, by, above }) => {
        const off = parameter.type === 'integer' ? Math.ceil(by) : by
        const value = above ? parameter.range.max + off : parameter.range.min - off
        fc.pre(value > parameter.range.max || value < parameter.range.min)
        const error = caught(() => parseParameters(method, { [parameter.key]: value }))
        expect(error.code).toBe('invalid_input')
        expect(error.message).toContain(`${parameter.key}: ${value}`)
        expect(error.message).toContain(`from ${parameter.range.min} to ${parameter.range.max}`)
      }),
    )
  })

  test.each([
    ['text for a number', { epochs: '3' }, 'epochs: "3" is not allowed; it must be a number from'],
    [
      'a fraction for an integer',
      { loraRank: 2.5 },
      'loraRank: 2.5 is not allowed; it must be an integer from 1 to 1024',
    ],
    ['not a number', { learningRate: Number.NaN }, 'learningRate: NaN is not allowed'],
    ['infinity', { learningRate: Number.POSITIVE_INFINITY }, 'learningRate: Infinity is not allowed'],
    ['another choice', { tuning: 'lorra' }, 'it must be one of lora, qlora, full'],
    ['an empty list', { loraTargetModules: [] }, 'loraTargetModules: [] is not allowed'],
    ['a name with a slash', { loraTargetModules: ['../x'] }, 'loraTargetModules: "../x" is not allowed'],
    ['percent for a fraction', { validationSplit: 10 }, 'write 0.1 for 10 %'],
    [
      'a micro batch that does not divide',
      { globalBatchSize: 16, microBatchSize: 3 },
      'a divisor of globalBatchSize (16)',
    ],
    [
      'adapter keys without adapters',
      { tuning: 'full', loraRank: 8 },
      'loraRank must be left out unless tuning is lora or qlora (it is "full")',
    ],
    ['all-linear among names', { loraTargetModules: ['all-linear', 'q_proj'] }, 'all-linear alone'],
    ['an end above the start', { lrSchedulerType: 'polynomial', lrEnd: 0.01 }, 'below the learningRate (0.0003)'],
    [
      'early stopping without checkpoints',
      { earlyStopping: true, saveStrategy: 'end' },
      'steps or epoch while earlyStopping',
    ],
    [
      'early stopping between checkpoints',
      { earlyStopping: true, saveSteps: 20 },
      'a multiple of validationSteps (16)',
    ],
    ['a list instead of an object', [1], 'must be an object of keys and values'],
  ])('%s is refused', (_, input, message) => {
    expect(caught(() => parseParameters('sft', input)).message).toContain(message)
  })

  test('a sequence longer than the model allows is refused, and the default shrinks to it', () => {
    expect(defaultsFor('sft', 'lora', { contextLength: 512 }).maxSequenceLength).toBe(512)
    expect(caught(() => parseParameters('sft', { maxSequenceLength: 513 }, { contextLength: 512 })).message).toContain(
      'at most 512, the context length of this model',
    )
  })

  test('a global batch that no allowed micro batch divides is blamed itself', () => {
    expect(caught(() => parseParameters('kto', { globalBatchSize: 2341 })).message).toContain('globalBatchSize: 2341')
  })

  test('every problem is reported at once, with its facts', () => {
    const error = caught(() => parseParameters('sft', { epochs: -1, loraRank: 0, tuning: 'qlora' }))
    expect(error.details?.problems).toEqual([
      {
        key: 'epochs',
        value: -1,
        allowed: 'a number from 0.01 to 10000',
        message: expect.stringContaining('epochs: -1'),
      },
      {
        key: 'loraRank',
        value: 0,
        allowed: 'an integer from 1 to 1024',
        message: expect.stringContaining('loraRank: 0'),
      },
    ])
    expect(error.hint).toContain('slipway training schema sft')
  })

  test.each([
    ['learning_rate', 'learningRate'],
    ['LearningRate', 'learningRate'],
    ['learnigRate', 'learningRate'],
    ['num_train_epochs', 'epochs'],
    ['epoch', 'epochs'],
    ['maxSeqLen', 'maxSequenceLength'],
    ['max_seq_length', 'maxSequenceLength'],
    ['max_length', 'maxSequenceLength'],
    ['lora_alpha', 'loraAlpha'],
    ['per_device_train_batch_size', 'microBatchSize'],
    ['saveStep', 'saveSteps'],
    ['qqqqqqqqqqqq', undefined],
    ['', undefined],
  ])('%j is answered with %j', (key, meant) => {
    expect(closestParameter('sft', key)).toBe(meant)
    const { message } = caught(() => parseParameters('sft', { [key]: 1 }))
    expect(message).toContain(meant === undefined ? 'there is no parameter' : `did you mean ${meant}?`)
  })

  test('a key of another method says whose it is', () => {
    expect(caught(() => parseParameters('sft', { beta: 0.1 })).message).toBe(
      '"beta" is a parameter of dpo and kto; sft has none such',
    )
  })

  test('a key that names a part of every object is unknown like any other', () => {
    for (const text of ['{"constructor": 1}', '{"toString": 1}', '{"__proto__": {"epochs": 1}}'])
      expect(() => parseParameters('sft', JSON.parse(text))).toThrow(AppError)
  })

  test('what the schema gives back, it accepts and leaves as it is', () => {
    fc.assert(
      fc.property(validConfiguration, ({ method, parameters }) => {
        expect(parametersSchema(method).parse(parameters)).toEqual(parameters)
      }),
      { numRuns: 50 },
    )
  })

  test('values that are legal but rare bring a warning', () => {
    const warnings = parameterWarnings('sft', parseParameters('sft', { learningRate: 0.05, tuning: 'full' }))
    expect(warnings).toEqual([expect.stringContaining('learningRate 0.05 is unusual: runs mostly use 1e-7 to 0.01')])
  })

  test('a learning rate is judged by the width of the model: what is rare for a large one is usual for a small one', () => {
    const parameters = parseParameters('sft', { learningRate: 3e-3 })
    const warned = (hiddenSize?: number) =>
      parameterWarnings('sft', parameters, hiddenSize === undefined ? {} : { hiddenSize })
    expect(warned(256)).toEqual([])
    expect(warned(4096)).toEqual([expect.stringContaining('runs mostly use 0.000001 to 0.001.')])
    expect(warned()).toEqual(warned(4096))
    expect(parameterWarnings('sft', parseParameters('sft', { learningRate: 0.05 }), { hiddenSize: 256 })).toEqual([
      expect.stringContaining('runs mostly use 0.000001 to 0.008.'),
    ])
  })

  test('the schema can be published as JSON Schema with each range', () => {
    const published = z.toJSONSchema(parametersSchema('dpo'), { io: 'input' })
    expect(published).toMatchObject({
      additionalProperties: false,
      properties: {
        beta: { type: 'number', minimum: 0.001, maximum: 10 },
        tuning: { enum: ['lora', 'qlora', 'full'] },
      },
    })
  })
})

describe('a value that is written as text', () => {
  test.each([
    ['epochs', '3', 3],
    ['learningRate', '3e-4', 3e-4],
    ['saveSteps', '1e3', 1000],
    ['packing', 'yes', true],
    ['tuning', ' full ', 'full'],
    ['loraTargetModules', 'q_proj, v_proj', ['q_proj', 'v_proj']],
  ])('%s %j is read by the type of its key', (key, text, value) => {
    expect(parameterFromText(key, text)).toEqual(value)
  })

  test.each([
    ['epochs', '', 'it must be a number from'],
    ['epochs', 'three', 'it must be a number from'],
    ['epochs', '0x10', 'it must be a number from'],
    ['epochs', 'Infinity', 'it must be a number from'],
    ['packing', 'maybe', 'it must be true or false'],
    ['loraTargetModules', 'a,,b', 'it must be a list'],
    ['learning_rate', '1', 'There is no training parameter "learning_rate"'],
  ])('%s %j is refused', (key, text, message) => {
    expect(caught(() => parameterFromText(key, text)).message).toContain(message)
  })

  test('a misspelt key brings the right one as a hint', () => {
    expect(caught(() => parameterFromText('learning_rate', '1')).hint).toBe('Did you mean learningRate?')
  })

  test('is the value that was written', () => {
    fc.assert(
      fc.property(validConfiguration, ({ parameters }) => {
        for (const [key, value] of Object.entries(parameters))
          if (value !== undefined) expect(parameterFromText(key, String(value))).toEqual(value)
      }),
      { numRuns: 50 },
    )
  })
})
