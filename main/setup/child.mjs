import { spawn } from 'node:child_process'

/**
 * Runs a program with our standard streams and answers with its exit code; 128 + n after signal n, as shells do.
 * An interrupt reaches it as well: from the terminal by itself, otherwise passed on.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, output?: number }} options `output` is the descriptor of a file that
 *   takes what it writes instead of our own streams
 * @returns {Promise<number>}
 */
export function inherit(file, args, { cwd, env = process.env, output }) {
  return new Promise((resolve, reject) => {
    const stdio = output === undefined ? 'inherit' : ['inherit', output, output]
    const child = spawn(file, args, { cwd, env, stdio, windowsHide: true })
    const pass = signal => child.kill(signal)
    // The terminal signals the whole group on Ctrl+C; the child decides how it ends, so we only must not die first.
    const ignore = () => undefined
    process.on('SIGINT', ignore)
    process.on('SIGTERM', pass)
    process.on('SIGHUP', pass)
    const settle = act => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', pass)
      process.off('SIGHUP', pass)
      act()
    }
    child.on('error', error => settle(() => reject(error)))
    child.on('close', (code, signal) => settle(() => resolve(code ?? 128 + (signalNumbers[signal] ?? 9))))
  })
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }

/**
 * Runs a program, hands its lines over as they come, and keeps the end of what it wrote to standard error.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, input?: string, onLine?: (line: string) => void, shell?: boolean }} options
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export function capture(file, args, { cwd, env, input, onLine, shell = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, shell, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
    const kept = { stdout: '', stderr: '' }
    let open = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      kept.stdout = (kept.stdout + text).slice(-1_000_000)
      const lines = (open + text).split('\n')
      open = lines.pop() ?? ''
      for (const line of lines) onLine?.(line)
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      kept.stderr = (kept.stderr + text).slice(-1_000_000)
    })
    // A child that ends before it has read its input is no news: its exit code says what happened.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input ?? '')
    child.on('error', reject)
    child.on('close', code => {
      if (open) onLine?.(open)
      resolve({ code: code ?? 128, ...kept })
    })
  })
}
