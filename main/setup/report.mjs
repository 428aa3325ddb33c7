// What set-up says: one line per step on standard error, with what was done, its size and its time.
// Plain JavaScript for any Node from 20: this runs before anything is installed.

/** A step that could not be done: what happened and what the reader can do about it. */
export class SetupError extends Error {
  /**
   * @param {string} message which step, and why
   * @param {string} hint what to do
   */
  constructor(message, hint) {
    super(message)
    this.name = 'SetupError'
    this.hint = hint
  }
}

/** @param {number} bytes @returns {string} such as `3.2 GB` (decimal, as disks are sold) */
export function readableBytes(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/**
 * @typedef {{ write: (text: string) => unknown, isTTY?: boolean, columns?: number }} Output
 * @typedef {{ progress: (text: string) => void, done: (detail: string) => void, note: (text: string) => void }} Step
 */

/**
 * Opens a step. On a terminal its progress is shown in place; elsewhere only the closing line is written.
 * @param {string} what such as `npm packages`
 * @param {{ output?: Output, nowMs?: () => number }} [deps]
 * @returns {Step}
 */
export function openStep(what, { output = process.stderr, nowMs = () => performance.now() } = {}) {
  const startedMs = nowMs()
  const label = `  ${what.padEnd(20)}`
  let shown = false
  const clear = () => {
    if (shown) output.write('\r\x1b[2K')
    shown = false
  }
  return {
    progress: text => {
      if (!output.isTTY) return
      clear()
      output.write(`${label}${text}`.slice(0, (output.columns ?? 80) - 1))
      shown = true
    },
    note: text => {
      clear()
      output.write(`  ${text}\n`)
    },
    done: detail => {
      clear()
      output.write(`${label}${detail.padEnd(44)} ${((nowMs() - startedMs) / 1000).toFixed(1)} s\n`)
    },
  }
}

/**
 * Says a failure the way the command line does.
 * @param {unknown} error
 * @param {Output} [output]
 */
export function tellFailure(error, output = process.stderr) {
  if (error instanceof SetupError) output.write(`error: ${error.message}\nhint: ${error.hint}\n`)
  else output.write(`error: set-up failed: ${error instanceof Error ? error.stack : String(error)}\n`)
}
