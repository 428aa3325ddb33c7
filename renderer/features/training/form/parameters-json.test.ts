import { expect, test } from 'vitest'
import type { Parameter } from './draft.ts'
import { parametersJson, readParameters } from './parameters-json.ts'

const item = (key: string, more: Partial<Parameter> = {}): Parameter => ({
  key,
  type: 'number',
  default: 1,
  allowed: '',
  group: 'basic',
  help: '',
  helpZh: '',
  ...more,
})
const items = [
  item('epochs', { qianfanName: 'epoch', transformersName: 'num_train_epochs' }),
  item('learningRate', { qianfanName: 'learningRate', transformersName: 'learning_rate' }),
  item('loraRank', { type: 'integer', transformersName: 'LoraConfig.r' }),
  item('packing', { type: 'boolean' }),
  item('loraTargetModules', { type: 'list', transformersName: 'LoraConfig.target_modules' }),
]

test('what was written is read back', () => {
  const values = { epochs: 2, packing: true, loraTargetModules: ['q_proj'] }
  expect(readParameters(parametersJson(values), items)).toEqual({ values, unknown: [] })
})

test('names of Transformers and Qianfan are understood, also inside hyperParameterConfig, and numbers as text', () => {
  const pasted = JSON.stringify({
    hyperParameterConfig: { epoch: '3', learning_rate: '2e-4', r: 8, target_modules: 'a,b' },
  })
  expect(readParameters(pasted, items)).toEqual({
    values: { epochs: 3, learningRate: 2e-4, loraRank: 8, loraTargetModules: ['a', 'b'] },
    unknown: [],
  })
})

test('what the method does not have is named', () => {
  expect(readParameters('{"epochs": 1, "vf_coef": 0.1, "beta": null}', items)).toEqual({
    values: { epochs: 1 },
    unknown: ['vf_coef', 'beta'],
  })
})

test('text that is no object of parameters changes nothing', () => {
  expect(readParameters('{"epochs": ', items)).toMatchObject({ problem: 'syntax' })
  expect(readParameters('[1, 2]', items)).toMatchObject({ problem: 'shape' })
  // Its first letter is that of null, of which the person knows nothing.
  expect(readParameters(' not json at all', items)).toEqual({ problem: 'shape', message: 'not json at all' })
  expect(readParameters('', items)).toMatchObject({ problem: 'syntax' })
})
