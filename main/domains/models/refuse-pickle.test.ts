import { expect, test } from 'vitest'
import { pickleRefusal } from './refuse-pickle.ts'

const found = ['pytorch_model.bin']

test('weights that run code are refused as such, an archive as an archive; both say what to do', () => {
  expect(pickleRefusal('/models/old/pytorch_model.bin', found)).toMatchObject({
    code: 'unsupported',
    message: expect.stringMatching(/^pytorch_model\.bin holds pickled weights/),
    hint: expect.stringContaining('safetensors'),
    details: { containsCode: found },
  })
  for (const name of ['Llama.zip', 'llama.tar.gz', 'llama.TGZ'])
    expect(pickleRefusal(`/downloads/${name}`, found)).toMatchObject({
      code: 'unsupported',
      message: `${name} is an archive: what is in it is not looked at.`,
      hint: expect.stringContaining('Unpack it'),
    })
})
