import type { NvmlLibrary } from './nvml-library.ts'
import type { GpuProcess, GpuReader, GpuSample, GpuTrouble } from './sample.ts'

// Return codes of nvml.h.
const success = 0
const insufficientSize = 7
const gpuIsLost = 15
const versionMismatch = 18

// Sizes and offsets of nvml.h's structs, 64-bit: verified by size against the header (engines.md 8).
const memoryV1Bytes = 24 // { u64 total, free, used }
const memoryV2Bytes = 40 // { u32 version, (pad), u64 total, reserved, free, used }
const memoryV2Version = 0x02000028
const processBytes = 24 // { u32 pid, (pad), u64 usedGpuMemory, u32 gpuInstanceId, u32 computeInstanceId }
const utilizationBytes = 8 // { u32 gpu, u32 memory }
const pciBytes = 68 // { char busIdLegacy[16], u32 × 5, char busId[32] }
const pciBusIdOffset = 36
const notAvailable = 2n ** 64n - 1n
const textBytes = 96
const temperatureOfGpu = 0

/**
 * Reads NVIDIA GPUs through NVML. What a device does not support reads as null. A lost GPU or a driver that was updated
 * under a running kernel module is told as trouble with what to do.
 */
export function createNvmlReader(nvml: NvmlLibrary): GpuReader {
  let isOpen = false

  const number = (name: string, ...args: readonly (bigint | number)[]): number | null => {
    const out = Buffer.alloc(4)
    return nvml.call(name, ...args, out) === success ? out.readUInt32LE() : null
  }

  const text = (name: string, ...args: readonly (bigint | number)[]): string | null => {
    const out = Buffer.alloc(textBytes)
    return nvml.call(name, ...args, out, textBytes) === success ? untilZero(out) : null
  }

  const handle = (name: string, ...args: readonly (bigint | number)[]): bigint | null => {
    const out = Buffer.alloc(8)
    return nvml.call(name, ...args, out) === success ? out.readBigUInt64LE() : null
  }

  // Version 2 leaves the driver's own reserve out of "used", as nvidia-smi does; older drivers know only version 1.
  const memory = (device: bigint): { totalBytes: number; usedBytes: number } => {
    const v2 = Buffer.alloc(memoryV2Bytes)
    v2.writeUInt32LE(memoryV2Version)
    if (nvml.call('nvmlDeviceGetMemoryInfo_v2', device, v2) === success)
      return { totalBytes: Number(v2.readBigUInt64LE(8)), usedBytes: Number(v2.readBigUInt64LE(32)) }
    const v1 = Buffer.alloc(memoryV1Bytes)
    if (nvml.call('nvmlDeviceGetMemoryInfo', device, v1) === success)
      return { totalBytes: Number(v1.readBigUInt64LE(0)), usedBytes: Number(v1.readBigUInt64LE(16)) }
    return { totalBytes: 0, usedBytes: 0 }
  }

  const utilization = (device: bigint): number | null => {
    const out = Buffer.alloc(utilizationBytes)
    return nvml.call('nvmlDeviceGetUtilizationRates', device, out) === success ? out.readUInt32LE() : null
  }

  const pciAddress = (device: bigint): string | null => {
    const out = Buffer.alloc(pciBytes)
    return nvml.call('nvmlDeviceGetPciInfo_v3', device, out) === success
      ? untilZero(out.subarray(pciBusIdOffset))
      : null
  }

  const processesOf = (name: string, device: bigint): GpuProcess[] | null => {
    const count = Buffer.alloc(4)
    // Asked with no room first, for the number; then with some more, as processes come while we look.
    const asked = nvml.call(name, device, count, Buffer.alloc(processBytes))
    if (asked === success) return []
    for (let tries = 0; tries < 3; tries += 1) {
      const room = count.readUInt32LE() + 8
      count.writeUInt32LE(room)
      const out = Buffer.alloc(room * processBytes)
      const code = nvml.call(name, device, count, out)
      if (code === success) return parseProcesses(out, count.readUInt32LE())
      if (code !== insufficientSize) return null
    }
    return null
  }

  const processes = (device: bigint): GpuProcess[] | null => {
    const compute = processesOf('nvmlDeviceGetComputeRunningProcesses_v3', device)
    const graphics = processesOf('nvmlDeviceGetGraphicsRunningProcesses_v3', device)
    if (!compute && !graphics) return null
    // A process that does both is in both lists, with the same memory.
    return [...new Map([...(graphics ?? []), ...(compute ?? [])].map(each => [each.pid, each])).values()]
  }

  const partsOf = (whole: GpuSample, device: bigint): GpuSample[] => {
    const mode = Buffer.alloc(4)
    const isSplit =
      nvml.call('nvmlDeviceGetMigMode', device, mode, Buffer.alloc(4)) === success && mode.readUInt32LE() === 1
    if (!isSplit) return []
    return Array.from({ length: number('nvmlDeviceGetMaxMigDeviceCount', device) ?? 0 }, (_, index) => index).flatMap(
      index => {
        const part = handle('nvmlDeviceGetMigDeviceHandleByIndex', device, index)
        const uuid = part === null ? null : text('nvmlDeviceGetUUID', part)
        if (part === null || uuid === null) return []
        const { totalBytes, usedBytes } = memory(part)
        return {
          ...whole,
          id: `${whole.id}/${index}`,
          pin: uuid,
          name: text('nvmlDeviceGetName', part) ?? whole.name,
          partOf: whole.id,
          memoryTotalBytes: totalBytes,
          memoryUsedBytes: usedBytes,
          utilizationPercent: null, // NVML has no utilisation per instance
          processes: processesOf('nvmlDeviceGetComputeRunningProcesses_v3', part),
        }
      },
    )
  }

  const sampleOf = (index: number, device: bigint): GpuSample[] => {
    const { totalBytes, usedBytes } = memory(device)
    const milliwatts = number('nvmlDeviceGetPowerUsage', device)
    const limit = number('nvmlDeviceGetEnforcedPowerLimit', device)
    const whole: GpuSample = {
      vendor: 'nvidia',
      id: `cuda:${index}`,
      pin: text('nvmlDeviceGetUUID', device) ?? String(index),
      name: text('nvmlDeviceGetName', device) ?? 'NVIDIA GPU',
      pciAddress: pciAddress(device),
      partOf: null,
      memoryTotalBytes: totalBytes,
      memoryUsedBytes: usedBytes,
      utilizationPercent: utilization(device),
      temperatureCelsius: number('nvmlDeviceGetTemperature', device, temperatureOfGpu),
      powerWatts: milliwatts === null ? null : milliwatts / 1000,
      powerLimitWatts: limit === null ? null : limit / 1000,
      processes: processes(device),
    }
    return [whole, ...partsOf(whole, device)]
  }

  return {
    read: () => {
      if (!isOpen) {
        const code = nvml.call('nvmlInit_v2')
        if (code !== success) return { driver: null, gpus: [], trouble: troubleOf(code) }
        isOpen = true
      }
      const driver = text('nvmlSystemGetDriverVersion')
      const count = Buffer.alloc(4)
      const code = nvml.call('nvmlDeviceGetCount_v2', count)
      if (code !== success) return { driver, gpus: [], trouble: troubleOf(code) }
      let trouble: GpuTrouble | undefined
      const gpus = Array.from({ length: count.readUInt32LE() }, (_, index) => index).flatMap(index => {
        const out = Buffer.alloc(8)
        const found = nvml.call('nvmlDeviceGetHandleByIndex_v2', index, out)
        if (found === success) return sampleOf(index, out.readBigUInt64LE())
        trouble = troubleOf(found)
        return []
      })
      return { driver, gpus, ...(trouble && { trouble }) }
    },
    close: () => {
      if (isOpen) nvml.call('nvmlShutdown')
      nvml.close()
    },
  }
}

function parseProcesses(bytes: Buffer, count: number): GpuProcess[] {
  return Array.from({ length: count }, (_, index) => {
    const at = index * processBytes
    const used = bytes.readBigUInt64LE(at + 8)
    return { pid: bytes.readUInt32LE(at), memoryBytes: used === notAvailable ? null : Number(used) }
  })
}

const untilZero = (bytes: Buffer): string => {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
}

function troubleOf(code: number | undefined): GpuTrouble {
  if (code === versionMismatch) {
    return {
      message: "The NVIDIA driver's library and its kernel module have different versions.",
      hint: 'The driver was updated while the old one was loaded: restart the machine.',
    }
  }
  if (code === gpuIsLost) {
    return {
      message: 'A GPU has fallen off the bus or is otherwise inaccessible.',
      hint: 'Look into the kernel log (dmesg, "Xid"); restarting the machine usually brings it back.',
    }
  }
  return {
    message: `The NVIDIA driver does not answer (NVML code ${code ?? 'missing function'}).`,
    hint: 'Check that nvidia-smi works; if it does not, reinstall the driver or restart the machine.',
  }
}
