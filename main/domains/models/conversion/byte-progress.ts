import { folderBytes } from '../../../platform/python/disk.ts'
import type { ConvertConfig, ConvertStep } from './config.ts'

export type ByteProgress = {
  readonly begin: (step: ConvertStep) => void
  readonly phase: (text: string) => void
  /** Every step is done. */
  readonly written: () => void
  readonly close: () => void
}

const pollMs = 500

/** Tells how many bytes of all that will be written are there, from what lies on the disk: no step has to count. */
export function watchBytes(
  { steps, partialDir }: Pick<ConvertConfig, 'steps' | 'partialDir'>,
  emit: (event: 'progress', fields: { done: number; total: number; unit: 'bytes'; note: string }) => void,
): ByteProgress {
  const total = steps.reduce((sum, step) => sum + step.expectedBytes, 0)
  let before = 0
  let standing = 0
  let current: ConvertStep | undefined
  let note = ''
  const report = () => {
    const written = current ? Math.min(Math.max(0, sizeOf(partialDir) - standing), current.expectedBytes) : 0
    emit('progress', { done: before + written, total, unit: 'bytes', note })
  }
  const timer = setInterval(report, pollMs)
  const settle = () => {
    before += current?.expectedBytes ?? 0
    current = undefined
  }
  return {
    begin: step => {
      settle()
      standing = sizeOf(partialDir)
      current = step
    },
    phase: text => {
      note = text
      report()
    },
    written: settle,
    close: () => clearInterval(timer),
  }
}

/** What a folder holds; files come and go while a step works in it. */
function sizeOf(folder: string): number {
  try {
    return folderBytes(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}
