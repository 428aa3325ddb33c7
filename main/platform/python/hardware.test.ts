import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../contract/errors.ts'
import { chooseBackend, detectHardware, parseDriverVersion } from './hardware.ts'
import type { Run } from './run.ts'

// Recorded from machines with the closed and the open kernel module.
const closed = `NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024
GCC version:  gcc version 11.4.0 (Ubuntu 11.4.0-1ubuntu1~22.04)
`
const open = `NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.82.07  Release Build  (dvs-builder@U22-I3-AE18-09-6)  Wed Aug 27 19:32:26 UTC 2025
GCC version:  gcc version 13.3.0 (Ubuntu 13.3.0-6ubuntu2~24.04)
`

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-hardware-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const put = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const noTool: Run = () => Promise.reject(new AppError('not_found', 'nvidia-smi'))
const smi =
  (stdout: string): Run =>
  () =>
    Promise.resolve({ code: 0, stdout, stderr: '' })
const detect = (run: Run = noTool, platform: NodeJS.Platform = 'linux') =>
  detectHardware({ run, env: {}, root, platform })

describe('hardware', () => {
  test('nothing there is an answer', async () => {
    expect(await detect()).toEqual({})
  })

  test('an NVIDIA driver is read from /proc, with its GPUs, when nvidia-smi is not installed', async () => {
    put('proc/driver/nvidia/version', open)
    put('proc/driver/nvidia/gpus/0000:01:00.0/information', 'Model: \t\t NVIDIA H200\nIRQ:   \t\t 42\n')
    expect(await detect()).toEqual({ nvidia: { driver: '580.82.07', gpus: ['NVIDIA H200'], capabilities: [] } })
  })

  test('nvidia-smi adds the compute capability, and a failing one changes nothing', async () => {
    put('proc/driver/nvidia/version', closed)
    const found = await detect(smi('535.183.01, 7.0, Tesla V100-SXM2-16GB\n'))
    expect(found.nvidia).toEqual({ driver: '535.183.01', gpus: ['Tesla V100-SXM2-16GB'], capabilities: ['7.0'] })
    const broken = await detect(smi("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"))
    expect(broken.nvidia?.driver).toBe('535.183.01')
  })

  test('AMD GPUs are named by their target; the processor is not one', async () => {
    put('sys/class/kfd/kfd/topology/nodes/0/properties', 'cpu_cores_count 64\ngfx_target_version 0\n')
    put('sys/class/kfd/kfd/topology/nodes/1/properties', 'simd_count 304\ngfx_target_version 90402\n')
    put('sys/class/kfd/kfd/topology/nodes/2/properties', 'simd_count 304\ngfx_target_version 90010\n')
    expect(await detect()).toEqual({ amd: { targets: ['gfx942', 'gfx90a'] } })
  })

  test('the driver version is found in both kernel modules', () => {
    expect([parseDriverVersion(closed), parseDriverVersion(open), parseDriverVersion('garbage')]).toEqual([
      '535.183.01',
      '580.82.07',
      undefined,
    ])
  })
})

describe('the backend', () => {
  const onLinux = (backend: string) => backend !== 'rocm'
  const nvidia = (driver: string, ...capabilities: string[]) => ({ nvidia: { driver, gpus: ['G'], capabilities } })

  test.each([
    ['a current driver', nvidia('580.82.07', '9.0'), 'cu13x', undefined],
    ['the first driver of CUDA 13', nvidia('580.00'), 'cu13x', undefined],
    ['a driver of CUDA 12', nvidia('575.57.08', '8.6'), 'cu12x', undefined],
    ['a card that CUDA 13 left behind', nvidia('580.82.07', '7.0'), 'cu12x', undefined],
    ['a driver too old for both', nvidia('470.256.02', '8.0'), 'cpu', 'update the driver'],
    ['an AMD card without a lock', { amd: { targets: ['gfx942'] } }, 'cpu', 'AMD GPU will not be used'],
    ['no card', {}, 'cpu', undefined],
  ] as const)('of %s', (_what, hardware, backend, warning) => {
    const choice = chooseBackend(hardware, onLinux)
    expect(choice.backend).toBe(backend)
    if (warning) expect(choice.warning).toContain(warning)
    else expect(choice.warning).toBeUndefined()
  })

  test('is never a silent fall back to the CPU where the platform has no CUDA build', () => {
    const choice = chooseBackend(nvidia('580.82.07', '8.9'), backend => backend === 'cpu')
    expect(choice).toMatchObject({ backend: 'cpu', warning: expect.stringContaining('supply a lock') })
  })

  test('an administrator who supplies ROCm gets it', () => {
    expect(chooseBackend({ amd: { targets: ['gfx942'] } }, () => true)).toEqual({
      backend: 'rocm',
      reason: 'AMD GPU gfx942',
    })
  })
})
