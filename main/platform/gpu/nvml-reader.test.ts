import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type NvmlLibrary, openNvmlLibrary } from './nvml-library.ts'
import { createNvmlReader } from './nvml-reader.ts'

const gib = 2 ** 30
const notFound = 13
const notSupported = 3

type Fake = (...args: (Buffer | bigint | number)[]) => number
const bufferAt = (args: readonly unknown[], index: number): Buffer => args[index] as Buffer // the reader passes one there

/** A driver with the functions given; what is missing there is missing in the library. */
const driver = (functions: Readonly<Record<string, Fake>>): NvmlLibrary => ({
  call: (name, ...args) => functions[name]?.(...args),
  close: () => undefined,
})

const writesText =
  (text: string): Fake =>
  (...args) => {
    bufferAt(args, args.length - 2).write(`${text}\0`)
    return 0
  }
const writesNumber =
  (value: number): Fake =>
  (...args) => {
    bufferAt(args, args.length - 1).writeUInt32LE(value)
    return 0
  }

const processes: Fake = (...args) => {
  const [, count, out] = args as [bigint, Buffer, Buffer]
  const room = count.readUInt32LE()
  count.writeUInt32LE(2)
  if (room < 2) return 7
  out.writeUInt32LE(100, 0)
  out.writeBigUInt64LE(BigInt(3 * gib), 8)
  out.writeUInt32LE(200, 24)
  out.writeBigUInt64LE(2n ** 64n - 1n, 32)
  return 0
}

const h100: Record<string, Fake> = {
  nvmlInit_v2: () => 0,
  nvmlSystemGetDriverVersion: (...args) => {
    bufferAt(args, 0).write('580.95.05\0')
    return 0
  },
  nvmlDeviceGetCount_v2: writesNumber(1),
  nvmlDeviceGetHandleByIndex_v2: (...args) => {
    bufferAt(args, 1).writeBigUInt64LE(0x7fff_0000_0001n)
    return 0
  },
  nvmlDeviceGetName: writesText('NVIDIA H100 PCIe'),
  nvmlDeviceGetUUID: writesText('GPU-1234'),
  nvmlDeviceGetPciInfo_v3: (...args) => {
    expect(bufferAt(args, 1)).toHaveLength(68)
    bufferAt(args, 1).write('00000000:01:00.0\0', 36)
    return 0
  },
  nvmlDeviceGetMemoryInfo_v2: (...args) => {
    const out = bufferAt(args, 1)
    expect([args[0], out.length, out.readUInt32LE()]).toEqual([0x7fff_0000_0001n, 40, 0x02000028])
    for (const [at, bytes] of [
      [8, 80 * gib],
      [16, gib / 2],
      [24, 70 * gib],
      [32, 9.5 * gib],
    ] as const)
      out.writeBigUInt64LE(BigInt(bytes), at)
    return 0
  },
  nvmlDeviceGetUtilizationRates: (...args) => {
    bufferAt(args, 1).writeUInt32LE(87)
    return 0
  },
  nvmlDeviceGetTemperature: writesNumber(61),
  nvmlDeviceGetPowerUsage: writesNumber(302_500),
  nvmlDeviceGetEnforcedPowerLimit: writesNumber(350_000),
  nvmlDeviceGetComputeRunningProcesses_v3: processes,
  nvmlDeviceGetGraphicsRunningProcesses_v3: () => notSupported,
  nvmlDeviceGetMigMode: () => notSupported,
}

const expected = {
  vendor: 'nvidia',
  id: 'cuda:0',
  pin: 'GPU-1234',
  name: 'NVIDIA H100 PCIe',
  pciAddress: '00000000:01:00.0',
  partOf: null,
  memoryTotalBytes: 80 * gib,
  memoryUsedBytes: 9.5 * gib,
  utilizationPercent: 87,
  temperatureCelsius: 61,
  powerWatts: 302.5,
  powerLimitWatts: 350,
  processes: [
    { pid: 100, memoryBytes: 3 * gib },
    { pid: 200, memoryBytes: null },
  ],
}

test('a GPU is read with its figures, its processes, and "not available" as null', () => {
  expect(createNvmlReader(driver(h100)).read()).toEqual({ driver: '580.95.05', gpus: [expected] })
})

test('what a device does not support is null, and an old driver still tells the memory', () => {
  const { nvmlDeviceGetMemoryInfo_v2: _v2, nvmlDeviceGetPowerUsage: _power, ...old } = h100
  const [gpu] = createNvmlReader(
    driver({
      ...old,
      nvmlDeviceGetMemoryInfo: (...args) => {
        const out = bufferAt(args, 1)
        for (const [at, bytes] of [
          [0, 80 * gib],
          [8, 70 * gib],
          [16, 10 * gib],
        ] as const)
          out.writeBigUInt64LE(BigInt(bytes), at)
        return 0
      },
      nvmlDeviceGetUtilizationRates: () => notSupported,
      nvmlDeviceGetComputeRunningProcesses_v3: () => notFound,
    }),
  ).read().gpus
  expect(gpu).toMatchObject({ memoryUsedBytes: 10 * gib, utilizationPercent: null, powerWatts: null, processes: null })
})

test('a GPU that is split is listed with its instances, which have memory but no utilisation', () => {
  const reading = createNvmlReader(
    driver({
      ...h100,
      nvmlDeviceGetMigMode: (...args) => {
        bufferAt(args, 1).writeUInt32LE(1)
        return 0
      },
      nvmlDeviceGetMaxMigDeviceCount: writesNumber(7),
      nvmlDeviceGetMigDeviceHandleByIndex: (...args) => {
        if (args[1] !== 2) return notFound
        bufferAt(args, 2).writeBigUInt64LE(0x7fff_0000_0001n)
        return 0
      },
    }),
  ).read()
  expect(reading.gpus.map(({ id, partOf, utilizationPercent }) => [id, partOf, utilizationPercent])).toEqual([
    ['cuda:0', null, 87],
    ['cuda:0/2', 'cuda:0', null],
  ])
})

test('a driver that was updated under its kernel module, and a lost GPU, are told with a remedy', () => {
  expect(createNvmlReader(driver({ nvmlInit_v2: () => 18 })).read().trouble?.hint).toContain('restart the machine')
  const lost = createNvmlReader(driver({ ...h100, nvmlDeviceGetHandleByIndex_v2: () => 15 })).read()
  expect([lost.gpus, lost.trouble?.message]).toEqual([[], expect.stringContaining('fallen off the bus')])
})

// The same answers from a real shared library: proves the calling convention and, by sizeof, the struct layouts.
const source = `
#include <string.h>
typedef unsigned long long u64;
typedef struct { unsigned version; u64 total, reserved, free, used; } memory_v2;
typedef struct { unsigned pid; u64 used; unsigned gi, ci; } process;
typedef struct { char legacy[16]; unsigned d, b, dev, id, sub; char bus[32]; } pci;
static int handle;
int nvmlInit_v2(void) { return sizeof(memory_v2) == 40 && sizeof(process) == 24 && sizeof(pci) == 68 ? 0 : 999; }
int nvmlShutdown(void) { return 0; }
int nvmlSystemGetDriverVersion(char *out, unsigned n) { strncpy(out, "580.95.05", n); return 0; }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = 1; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **out) { *out = &handle; return 0; }
#define KNOWN if (h != &handle) return 2;
int nvmlDeviceGetName(void *h, char *out, unsigned n) { KNOWN strncpy(out, "NVIDIA H100 PCIe", n); return 0; }
int nvmlDeviceGetUUID(void *h, char *out, unsigned n) { KNOWN strncpy(out, "GPU-1234", n); return 0; }
int nvmlDeviceGetPciInfo_v3(void *h, pci *out) { KNOWN strcpy(out->bus, "00000000:01:00.0"); return 0; }
int nvmlDeviceGetMemoryInfo_v2(void *h, memory_v2 *m) {
  KNOWN if (m->version != (sizeof(memory_v2) | (2u << 24))) return 25;
  m->total = 80ull << 30; m->used = 19ull << 29; return 0;
}
int nvmlDeviceGetUtilizationRates(void *h, unsigned *out) { KNOWN out[0] = 87; return 0; }
int nvmlDeviceGetTemperature(void *h, unsigned sensor, unsigned *out) { KNOWN *out = 61; return sensor; }
int nvmlDeviceGetPowerUsage(void *h, unsigned *out) { KNOWN *out = 302500; return 0; }
int nvmlDeviceGetEnforcedPowerLimit(void *h, unsigned *out) { KNOWN *out = 350000; return 0; }
int nvmlDeviceGetComputeRunningProcesses_v3(void *h, unsigned *n, process *out) {
  KNOWN if (*n < 2) { *n = 2; return 7; }
  *n = 2; out[0].pid = 100; out[0].used = 3ull << 30; out[1].pid = 200; out[1].used = ~0ull; return 0;
}
`
const folder = mkdtempSync(join(tmpdir(), 'slipway nvml '))
afterAll(() => rmSync(folder, { recursive: true }))

const library = (() => {
  const path = join(folder, 'libnvidia-ml.so')
  writeFileSync(join(folder, 'fake.c'), source)
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-o', path, join(folder, 'fake.c')], { stdio: 'ignore' })
    return path
  } catch {
    return undefined
  }
})()

test.skipIf(!library)('through koffi a shared library reads the same (needs a C compiler for the stand-in)', () => {
  const reader = createNvmlReader(openNvmlLibrary(library ?? ''))
  expect(reader.read()).toEqual({ driver: '580.95.05', gpus: [expected] })
  expect(reader.read().gpus).toEqual([expected])
  reader.close()
})
