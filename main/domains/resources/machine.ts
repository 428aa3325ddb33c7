import { readdirSync, readFileSync, statfsSync } from 'node:fs'
import { arch, availableParallelism, cpus, freemem, hostname, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'

/** Figures of the machine that cost microseconds to read. */
export type Machine = {
  /** Share of all logical cores that was busy since the last call, in percent. */
  readonly cpuPercent: () => number
  readonly memory: () => { readonly totalBytes: number; readonly availableBytes: number }
  readonly disk: () => { readonly totalBytes: number; readonly freeBytes: number }
  readonly load: () => number[]
  readonly logicalCores: number
  /** How many threads of numeric work can run at once. */
  readonly processors: number
  readonly hostname: string
  readonly cpuName: string
}

/** The real machine. A container's memory limit counts as its memory. @param dataDir names the disk that matters */
export function createMachine(dataDir: string): Machine {
  let last = busyTicks()
  return {
    cpuPercent: () => {
      const now = busyTicks()
      const total = now.total - last.total
      const busy = now.busy - last.busy
      last = now
      return total <= 0 ? 0 : Math.max(0, Math.min(100, (100 * busy) / total))
    },
    memory: () => {
      const limit = process.constrainedMemory()
      const totalBytes = limit > 0 && limit < totalmem() ? limit : totalmem()
      return { totalBytes, availableBytes: Math.min(totalBytes, freemem(), process.availableMemory()) }
    },
    disk: () => {
      const { blocks, bavail, bsize } = statfsSync(dataDir)
      return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
    },
    load: loadavg,
    logicalCores: availableParallelism(),
    processors: processorsOf('/sys/devices/system/cpu', availableParallelism()),
    hostname: hostname(),
    cpuName: cpus()[0]?.model.trim() || 'unknown processor',
  }
}

/**
 * Physical cores, or what a container or an affinity leaves to this process where that is less. Two threads of one core
 * share its arithmetic units, so that a matrix product gains nothing from the second; PyTorch counts the same way.
 * @param usable logical processors that this process may use
 */
export function processorsOf(folder: string, usable: number): number {
  const cores = new Set<string>()
  try {
    for (const name of readdirSync(folder)) {
      if (/^cpu\d+$/.test(name)) cores.add(readFileSync(join(folder, name, 'topology', 'thread_siblings_list'), 'utf8'))
    }
  } catch {
    return usable // not Linux, or a kernel that does not tell
  }
  return cores.size === 0 ? usable : Math.min(cores.size, usable)
}

function busyTicks(): { busy: number; total: number } {
  let busy = 0
  let total = 0
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq
    total += all
    busy += all - times.idle
  }
  return { busy, total }
}

export type Inventory = { readonly system: string; readonly model?: string; readonly physicalCores?: number }

/**
 * Names and counts that never change, from systeminformation. It starts programs, so it is asked once and only when
 * somebody looks; never its `graphics()`, which blocks on nvidia-smi. Where it fails, the kernel's name has to do.
 */
export async function readInventory(): Promise<Inventory> {
  const { cpu, osInfo, system } = await import('systeminformation')
  const answers = await Promise.all([cpu(), osInfo(), system()]).catch(() => undefined)
  if (!answers) return { system: `${type()} ${release()} ${arch()}` }
  const [processor, os, board] = answers
  const model = [board.manufacturer, board.model].filter(Boolean).join(' ')
  return {
    system: [os.distro, os.release, os.arch].filter(Boolean).join(' '),
    ...(model && { model }),
    ...(processor.physicalCores > 0 && { physicalCores: processor.physicalCores }),
  }
}
