import { writeFileSync } from 'node:fs'
import { extname } from 'node:path'
import { AppError } from '../../contract/errors.ts'

export type ReportFormat = 'json' | 'md' | 'html'

/** The format that a report's file name asks for. Throws `invalid_input` for any other ending. */
export function reportFormatOf(path: string): ReportFormat {
  const extension = extname(path).slice(1).toLowerCase()
  if (extension === 'json' || extension === 'md' || extension === 'html') return extension
  throw new AppError('invalid_input', `A report is .json, .md or .html, not "${extname(path)}".`, {
    hint: 'Give a path such as report.html.',
  })
}

/**
 * Writes a report that only its owner reads, and says its size in bytes.
 * Throws `conflict` where the file is there already, `invalid_input` where it cannot be written.
 */
export function writeReport(path: string, text: string): number {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new AppError('conflict', `${path} exists already.`, { cause: error, hint: 'Choose a new file name.' })
    throw new AppError('invalid_input', `${path} cannot be written.`, {
      cause: error,
      hint: 'Give a path in a folder that exists and that you may write to.',
    })
  }
  return Buffer.byteLength(text)
}
