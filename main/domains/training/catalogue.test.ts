import { expect, test } from 'vitest'
import { systemCall } from '../../contract/call.ts'
import { trainingMethods, tunings } from '../../contract/training-parameters.ts'
import { catalogue } from './catalogue.ts'

const call = systemCall('test')

test('every parameter of every method is explained in whole sentences, in both languages', async () => {
  for (const method of trainingMethods)
    for (const tuning of tunings)
      for (const { help, helpZh } of (await catalogue.schema({ method, tuning }, call)).items) {
        expect(help).toMatch(/\.$/)
        expect(helpZh).toMatch(/。$/)
      }
})

test('a parameter tells its range, its default, when it applies and how others call it', async () => {
  const rankOf = async (tuning: (typeof tunings)[number]) =>
    (await catalogue.schema({ method: 'sft', tuning }, call)).items.find(({ key }) => key === 'loraRank')
  expect(await rankOf('lora')).toMatchObject({
    type: 'integer',
    range: { min: 1, max: 1024 },
    default: 16,
    appliesWhen: { key: 'tuning', in: ['lora', 'qlora'] },
    qianfanName: 'loraRank',
    transformersName: 'LoraConfig.r',
  })
  expect((await rankOf('full'))?.default).toBeUndefined()
})
