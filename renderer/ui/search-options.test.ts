import { expect, test } from 'vitest'
import { firstChoosable, listed } from './search-options.ts'

const option = (value: string, disabled = false) => ({ value, label: value, disabled })

test('what cannot be chosen stands last in its group, so that Enter and the marked line are the same', () => {
  const options = listed([
    { label: 'none', options: [] },
    { label: 'models', options: [option('onnx', true), option('gguf'), option('broken', true), option('safetensors')] },
  ])
  expect(options).toEqual([
    { label: 'models', options: [option('gguf'), option('safetensors'), option('onnx', true), option('broken', true)] },
  ])
  expect(firstChoosable(options)?.value).toBe('gguf')
})

test('where nothing can be chosen, Enter takes nothing', () => {
  expect(firstChoosable(listed([option('onnx', true)]))).toBeUndefined()
  expect(firstChoosable([])).toBeUndefined()
})
