import '../platform/network/never.ts'

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { EngineConfig, type EngineEvent } from '../contract/engine.ts'
import { AppError, toAppError } from '../contract/errors.ts'
import { serveEngine } from '../domains/inference/engine-server.ts'
import { createLlamaEngine } from '../domains/inference/llama/engine.ts'

/**
 * The engine child for GGUF: `node llama-engine.ts CONFIG.json`. One model, one process: llama.cpp may abort on what it
 * does not expect, and then only this ends. Standard output is the wire; everything else goes to standard error.
 */

const heartbeatMs = 5_000

const emit = (event: EngineEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`)
const log = (text: string): void => void process.stderr.write(`${text}\n`)

function readConfig(path: string | undefined): EngineConfig {
  if (path === undefined) throw new AppError('invalid_input', 'usage: llama-engine.ts CONFIG.json')
  const config = EngineConfig.parse(JSON.parse(readFileSync(path, 'utf8')))
  if (Buffer.byteLength(config.socket) > 100 && process.platform !== 'win32')
    throw new AppError('invalid_input', `The socket path ${config.socket} is longer than 100 bytes.`)
  return config
}

async function main(): Promise<void> {
  const config = readConfig(process.argv[2])
  const stopped = stopRequested()
  // A large model loads for minutes; the beat says all the while that the process is alive.
  let load = () => ({ active: 0, queued: 0, tokensPerSecond: 0 })
  const beat = setInterval(
    () => emit({ event: 'heartbeat', ...load(), memoryBytes: process.memoryUsage.rss() }),
    heartbeatMs,
  )
  const engine = await Promise.race([createLlamaEngine(config, log), stopped])
  if (!engine) return process.exit(0) // nobody wants the model any more
  const server = await serveEngine(engine, config.socket, log)
  emit({ event: 'ready', engine: 'llama', socket: config.socket, ...engine.facts })
  let countedAtMs = performance.now()
  load = () => {
    const nowMs = performance.now()
    const tokensPerSecond = (server.takeTokenCount() * 1_000) / (nowMs - countedAtMs)
    countedAtMs = nowMs
    return { ...engine.load(), tokensPerSecond }
  }

  await stopped
  clearInterval(beat)
  // Requests that run may finish; the supervisor's signal ends those that take too long.
  await Promise.race([engine.idle(), new Promise(resolve => setTimeout(resolve, config.drainMs))])
  await server.close()
  // The operating system frees a model's memory faster than the library does.
  process.exit(0)
}

// The end of standard input means that the runner is gone: a model without an owner must not stay in memory.
const stopRequested = (): Promise<void> =>
  new Promise(resolve => {
    const lines = createInterface({ input: process.stdin })
    lines.on('line', line => {
      if (/"command"\s*:\s*"stop"/.test(line)) resolve()
    })
    lines.on('close', () => resolve())
  })

main().catch((error: unknown) => {
  const { code, message, hint } = toAppError(error).toBody()
  if (code === 'internal') log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  emit({ event: 'failed', code, message, ...(hint !== undefined && { hint }) })
  process.exitCode = 1
  // llama.cpp may have threads that hold the process.
  setTimeout(() => process.exit(1), 200)
})
