import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cudaLibraryEnv } from './cuda-libraries.ts'

let environment: string
let python: string
beforeEach(() => {
  environment = mkdtempSync(join(tmpdir(), 'slipway cuda '))
  python = join(environment, 'bin', 'python')
})
afterEach(() => rmSync(environment, { recursive: true, force: true }))

const bring = (...names: string[]): string[] =>
  names.map(name => {
    const folder = join(environment, 'lib', 'python3.12', 'site-packages', 'nvidia', name)
    mkdirSync(folder, { recursive: true })
    return folder
  })
const found = (device: string, env: Record<string, string> = {}, platform: NodeJS.Platform = 'linux') =>
  cudaLibraryEnv({ device, python, env, platform })

test('on a CUDA device an engine finds the libraries of CUDA 13 that the environment brought', () => {
  const [folder] = bring('cu13/lib', 'cu13/include', 'nvshmem/share')
  expect(found('cuda:0')).toEqual({ LD_LIBRARY_PATH: folder })
})

test('those of CUDA 12 lie in several folders, and what the user set comes before them', () => {
  const folders = bring('cublas/lib', 'cuda_runtime/lib')
  expect(found('cuda', { LD_LIBRARY_PATH: '/opt/cuda/lib64' })).toEqual({
    LD_LIBRARY_PATH: ['/opt/cuda/lib64', ...folders].join(':'),
  })
})

test('nothing is set for another device or system, nor where an environment has no such libraries', () => {
  expect(found('cuda:0')).toEqual({})
  bring('cu13/lib')
  expect(found('cpu')).toEqual({})
  expect(found('vulkan:0')).toEqual({})
  expect(found('cuda:0', {}, 'win32')).toEqual({})
  expect(cudaLibraryEnv({ device: 'cuda:0', python: undefined, env: {}, platform: 'linux' })).toEqual({})
})
