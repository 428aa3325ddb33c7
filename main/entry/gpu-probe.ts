/**
 * The GPU probe: prints one reading per second as JSON, until its standard input ends.
 *
 *   node main/entry/gpu-probe.ts nvidia|amd
 */
import '../platform/network/never.ts'

import { createAmdReader } from '../platform/gpu/amd-reader.ts'
import { nvmlPath, openNvmlLibrary } from '../platform/gpu/nvml-library.ts'
import { createNvmlReader } from '../platform/gpu/nvml-reader.ts'
import type { GpuReader, GpuReading } from '../platform/gpu/sample.ts'

const everyMs = 1_000

function openReader(vendor: string | undefined): GpuReader {
  if (vendor === 'amd') return createAmdReader('/')
  const path = nvmlPath(process.platform)
  if (path === undefined) throw new Error(`no NVIDIA driver library on ${process.platform}`)
  return createNvmlReader(openNvmlLibrary(path))
}

const missing = (error: unknown): GpuReading => ({
  driver: null,
  gpus: [],
  trouble: {
    message: `The GPU driver's library cannot be used: ${error instanceof Error ? error.message : 'unknown error'}`,
    hint: 'Install the driver of the GPU with its libraries; in a container, pass the GPU through.',
  },
})

const say = (reading: GpuReading) => void process.stdout.write(`${JSON.stringify(reading)}\n`)

// Without this the probe would outlive a killed backend.
process.stdin.on('end', () => process.exit(0)).resume()
process.stdout.on('error', () => process.exit(0))
try {
  const reader = openReader(process.argv[2])
  say(reader.read())
  setInterval(() => say(reader.read()), everyMs)
} catch (error) {
  say(missing(error))
}
