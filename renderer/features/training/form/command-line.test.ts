import { expect, test } from 'vitest'
import { parameterFromText } from '../../../../main/contract/training-parameter-text.ts'
import { commandOf, setFlags } from './command-line.ts'
import { emptyDraft, isRunDraft, planInputOf, tuningOf } from './draft.ts'

const draft = {
  ...emptyDraft,
  model: { id: 'mdv_1', name: 'base@1' },
  datasets: [
    { id: 'dver_1', name: 'notes@2' },
    { id: 'dver_2', name: '日志 a@1' },
  ],
}

test('the command says the same as the form, with names that a shell reads back', () => {
  const command = commandOf(
    { ...draft, name: "it's 300", description: 'half the rate ', device: 'cuda:0' },
    { learningRate: 2e-4, packing: true },
  )
  expect(command.split(' \\\n  ')).toEqual([
    'slipway training start --method sft',
    '--model base@1',
    "--dataset notes@2 '日志 a@1'",
    String.raw`--name 'it'\''s 300'`,
    "--description 'half the rate'",
    '--device cuda:0',
    '--set learningRate=0.0002 --set packing=true',
  ])
})

test('datasets that are not used once each say their rate, by their names', () => {
  const rates = { dver_2: 0.1, dver_1: 1, dver_9: 3 }
  expect(commandOf({ ...draft, rates }, {})).toContain("--sampling-rate '日志 a@1=0.1'")
  expect(commandOf({ ...draft, rates }, {})).not.toContain('notes@2=')
  expect(planInputOf({ ...draft, rates }, {})?.samplingRate).toEqual({ dver_2: 0.1 })
  expect(isRunDraft({ ...draft, rates })).toBe(true)
  expect(isRunDraft({ ...draft, rates: { dver_1: 11 } })).toBe(false)
})

test('what is not chosen yet stands in capitals, and starting although it does not fit is said', () => {
  expect(commandOf(emptyDraft, {})).toContain('--model MODEL')
  expect(commandOf(draft, {}, { anyway: true })).toContain('--anyway')
  expect(commandOf(draft, {})).not.toContain('--set')
})

test('the flags that the form writes are those that the command line reads', () => {
  const set = { learningRate: 3e-7, packing: false, loraTargetModules: ['q_proj', 'v_proj'], loraRank: 64 }
  const read = setFlags(set).map(flag => {
    const [key = '', text = ''] = flag.split('=')
    return [key, parameterFromText(key, text)] as const
  })
  expect(Object.fromEntries(read)).toEqual(set)
})

test('there is nothing to plan before a model and data are chosen', () => {
  expect(planInputOf(emptyDraft, {})).toBeUndefined()
  expect(planInputOf(draft, { epochs: 2 })).toEqual({
    method: 'sft',
    model: 'mdv_1',
    dataset: ['dver_1', 'dver_2'],
    validation: [],
    samplingRate: {},
    set: { epochs: 2 },
    device: 'auto',
  })
})

test('a draft that another version wrote is not taken for one', () => {
  expect(isRunDraft(draft)).toBe(true)
  expect(isRunDraft({ ...draft, datasets: ['dver_1'] })).toBe(false)
  expect(isRunDraft({ ...draft, description: 7 })).toBe(false)
  expect(isRunDraft({ ...draft, method: 'grpo' })).toBe(false)
  expect(isRunDraft(null)).toBe(false)
  expect(tuningOf({ values: { tuning: 'nonsense' } })).toBe('lora')
})
