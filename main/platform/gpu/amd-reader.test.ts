import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createAmdReader } from './amd-reader.ts'
import { likelyGpu } from './presence.ts'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

/** A tree of files as the kernel shows them, recorded from the layout of the amdgpu driver's documentation. */
const tree = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'slipway sysfs '))
  roots.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
  return root
}

const card = (n: number, pci: string, more: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries({
      vendor: '0x1002',
      device: '0x74a1',
      uevent: `DRIVER=amdgpu\nPCI_SLOT_NAME=${pci}`,
      mem_info_vram_total: '205822885888',
      mem_info_vram_used: '297324544',
      gpu_busy_percent: '12',
      'hwmon/hwmon3/temp1_input': '41000',
      'hwmon/hwmon3/power1_average': '139000000',
      'hwmon/hwmon3/power1_cap': '750000000',
      ...more,
    }).map(([name, text]) => [`sys/class/drm/card${n}/device/${name}`, text]),
  )

test('cards are read from sysfs in PCI order, other vendors and connectors are passed over', () => {
  const root = tree({
    ...card(1, '0000:65:00.0', { product_name: 'AMD Instinct MI300X' }),
    ...card(2, '0000:05:00.0'),
    'sys/class/drm/card0/device/vendor': '0x8086',
    'sys/class/drm/card1-DP-1/status': 'connected',
    'sys/module/amdgpu/version': '6.10.5',
  })
  const { driver, gpus } = createAmdReader(root).read()
  expect(driver).toBe('6.10.5')
  expect(gpus.map(({ id, pciAddress, name }) => [id, pciAddress, name])).toEqual([
    ['cuda:0', '0000:05:00.0', 'AMD GPU 0x74a1'],
    ['cuda:1', '0000:65:00.0', 'AMD Instinct MI300X'],
  ])
  expect(gpus[1]).toMatchObject({
    memoryTotalBytes: 205822885888,
    memoryUsedBytes: 297324544,
    utilizationPercent: 12,
    temperatureCelsius: 41,
    powerWatts: 139,
    powerLimitWatts: 750,
    processes: null,
  })
  expect(likelyGpu(root, 'linux')).toBe('amd')
})

test('a sensor that a card lacks or that says nonsense is null, and a tree without GPUs has none', () => {
  const files = card(0, '0000:05:00.0', { gpu_busy_percent: 'error' })
  const root = tree(Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes('hwmon'))))
  expect(createAmdReader(root).read().gpus[0]).toMatchObject({
    utilizationPercent: null,
    temperatureCelsius: null,
    powerWatts: null,
  })
  const empty = tree({ 'etc/hostname': 'x' })
  expect(createAmdReader(empty).read()).toEqual({ driver: null, gpus: [] })
  expect(likelyGpu(empty, 'linux')).toBe('none')
})

test('an NVIDIA driver is likely where its device is, and nowhere on macOS', () => {
  const root = tree({ 'dev/nvidiactl': '' })
  expect([likelyGpu(root, 'linux'), likelyGpu(root, 'darwin')]).toEqual(['nvidia', 'none'])
})
