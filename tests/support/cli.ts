import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { migrations } from '../../main/entry/migrations.ts'
import { runLine } from '../../main/surfaces/cli/line.ts'
import { temporaryDir } from './backend.ts'

const cliFile = fileURLToPath(new URL('../../main/entry/cli.ts', import.meta.url))

export type Ran = {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly json: () => unknown
}
export type Cli = {
  readonly dataDir: string
  readonly run: (...words: string[]) => Promise<Ran>
  /**
   * The same in this process and its environment, which takes no second: for what a command answers, not for how its
   * process starts and ends.
   */
  readonly say: (...words: string[]) => Promise<Ran>
  /** As `run`, with this text piped in. */
  readonly pipe: (input: string, ...words: string[]) => Promise<Ran>
  readonly dispose: () => Promise<void>
}

/** The real command line on a data directory of its own; it starts a backend by itself, as it does for a person. */
export function openCli(env: Readonly<Record<string, string>> = {}): Cli {
  const given = env.SLIPWAY_DATA_DIR
  const dataDir = given ?? temporaryDir('cli')
  const start = (input: string | undefined, words: readonly string[]): Promise<Ran> => {
    const child = spawn(process.execPath, [cliFile, ...words], {
      env: { ...process.env, SLIPWAY_DATA_DIR: dataDir, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    child.stdin?.end(input)
    return new Promise(resolve => {
      let stdout = ''
      let stderr = ''
      child.stdout?.on('data', (chunk: Buffer) => {
        stdout += chunk.toString()
      })
      child.stderr?.on('data', (chunk: Buffer) => {
        stderr += chunk.toString()
      })
      child.once('close', (code, signal) =>
        resolve({ code: code ?? (signal === 'SIGINT' ? 130 : -1), stdout, stderr, json: () => JSON.parse(stdout) }),
      )
    })
  }
  const run = (...words: string[]) => start(undefined, words)
  const say = async (...words: string[]): Promise<Ran> => {
    let stdout = ''
    let stderr = ''
    const output = {
      out: (text: string) => {
        stdout += text.endsWith('\n') ? text : `${text}\n`
      },
      write: (text: string) => {
        stdout += text
      },
      err: (text: string) => {
        stderr += `${text}\n`
      },
    }
    const code = await runLine(words, {
      env: { ...process.env, SLIPWAY_DATA_DIR: dataDir },
      cwd: process.cwd(),
      width: 160,
      output,
      migrations: async () => migrations,
    })
    return { code, stdout, stderr, json: () => JSON.parse(stdout) }
  }
  return {
    dataDir,
    run,
    say,
    pipe: (input, ...words) => start(input, words),
    dispose: async () => {
      await say('stop')
      // One that the test made itself is the test's to remove.
      if (given === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
