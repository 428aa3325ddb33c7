import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type EngineConfig, EngineEvent, type EngineReady } from '../../main/contract/engine.ts'
import { createEngineClient } from '../../main/domains/inference/engine-client.ts'
import { spawnContained } from '../../main/platform/processes/contained-spawn.ts'

/** A real engine child for tests: started as the supervisor starts it, with its wire read. */
export type EngineChild = {
  readonly ready: EngineReady
  readonly client: ReturnType<typeof createEngineClient>
  readonly socket: string
  readonly process: ChildProcess
  /** Asks politely, and resolves with the exit code. */
  readonly stop: () => Promise<number | null>
}

type Options = Partial<Omit<EngineConfig, 'socket'>> & { readonly modelPath: string }
type Command = (config: string) => readonly [string, ...string[]]

const llamaEngine = fileURLToPath(new URL('../../main/entry/llama-engine.ts', import.meta.url))

/** argv of the GGUF engine, given its configuration file. */
export const llamaCommand = (config: string): readonly [string, ...string[]] => [process.execPath, llamaEngine, config]

/** Starts the GGUF engine. */
export const startEngine = (options: Options): Promise<EngineChild> =>
  startEngineChild({ threads: 1, parallel: 4, ...options }, llamaCommand)

/** Starts an engine with its own configuration and waits until it is ready; rejects with its `failed` event. */
export async function startEngineChild(
  own: object,
  command: Command,
  env: Readonly<Record<string, string>> = {},
): Promise<EngineChild> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-engine-'))
  const socket = join(folder, 'engine.sock')
  const config = join(folder, 'config.json')
  writeFileSync(config, JSON.stringify({ ...own, socket }))
  const child = spawnContained(command(config), { cwd: folder, env: { ...ownEnvironment(), ...env } })
  const { stdout } = child
  if (!child.stderr || !stdout) throw new Error('the engine has no pipes')
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-10_000)
  })
  const exited = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
  void exited.then(() => rmSync(folder, { recursive: true, force: true }))
  const ready = await new Promise<EngineReady>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', line => {
      const { success, data: event } = EngineEvent.safeParse(JSON.parse(line))
      if (!success) return // phases of a worker are not part of the protocol
      if (event.event === 'ready') resolve(event)
      if (event.event === 'failed') reject(Object.assign(new Error(event.message), event))
    })
    void exited.then(code => reject(new Error(`the engine ended with ${code} before it was ready: ${stderr}`)))
  })
  const client = createEngineClient(socket, {
    name: 'tiny',
    createdAtMs: 0,
    contextLength: ready.contextLength,
    hasChatTemplate: ready.hasChatTemplate,
    can: ready.can,
    parallel: ready.parallel ?? 1,
  })
  return {
    ready,
    client,
    socket,
    process: child,
    stop: async () => {
      client.close()
      if (child.exitCode === null) child.stdin?.write('{"command":"stop"}\n')
      return exited
    },
  }
}

const ownEnvironment = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined))
