import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GpuReader, GpuSample } from './sample.ts'

const amdVendor = '0x1002'

/**
 * Reads AMD GPUs from the files of the amdgpu kernel driver: no tool, no root. Files that a card or a kernel does not
 * have read as null. Process lists are not reported there.
 *
 * @param root `/`, or a recorded tree in tests
 */
export function createAmdReader(root: string): GpuReader {
  return {
    read: () => ({
      driver: textOf(join(root, 'sys/module/amdgpu/version')),
      gpus: amdCards(root).map((card, index) => sampleOf(card, index)),
    }),
    close: () => undefined,
  }
}

/** The device folders of AMD cards with memory of their own, in PCI order. */
export function amdCards(root: string): readonly string[] {
  const drm = join(root, 'sys/class/drm')
  if (!existsSync(drm)) return []
  return readdirSync(drm)
    .filter(name => /^card\d+$/.test(name))
    .map(name => join(drm, name, 'device'))
    .filter(device => textOf(join(device, 'vendor')) === amdVendor && numberOf(join(device, 'mem_info_vram_total')))
    .sort((a, b) => (pciAddressOf(a) ?? a).localeCompare(pciAddressOf(b) ?? b))
}

function sampleOf(device: string, index: number): GpuSample {
  const monitors = join(device, 'hwmon')
  const monitor = existsSync(monitors) ? join(monitors, readdirSync(monitors)[0] ?? '') : undefined
  const sensor = (name: string): number | null => (monitor === undefined ? null : numberOf(join(monitor, name)))
  const scaled = (value: number | null, by: number): number | null => (value === null ? null : value / by)
  return {
    vendor: 'amd',
    id: `cuda:${index}`,
    pin: String(index),
    name: textOf(join(device, 'product_name')) || `AMD GPU ${textOf(join(device, 'device')) ?? ''}`.trim(),
    pciAddress: pciAddressOf(device),
    partOf: null,
    memoryTotalBytes: numberOf(join(device, 'mem_info_vram_total')) ?? 0,
    memoryUsedBytes: numberOf(join(device, 'mem_info_vram_used')) ?? 0,
    utilizationPercent: numberOf(join(device, 'gpu_busy_percent')),
    // hwmon: thousandths of a degree, millionths of a watt. Newer kernels give the momentary power only.
    temperatureCelsius: scaled(sensor('temp1_input'), 1_000),
    powerWatts: scaled(sensor('power1_average') ?? sensor('power1_input'), 1_000_000),
    powerLimitWatts: scaled(sensor('power1_cap'), 1_000_000),
    processes: null,
  }
}

const pciAddressOf = (device: string): string | null =>
  /^PCI_SLOT_NAME=(.+)$/m.exec(textOf(join(device, 'uevent')) ?? '')?.[1] ?? null

function numberOf(path: string): number | null {
  const text = textOf(path)
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : null
}

// A sensor that sleeps answers EIO or EBUSY, one that a card lacks ENOENT: each is "not reported".
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}
