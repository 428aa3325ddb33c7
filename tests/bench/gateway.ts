import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type EngineChild, startEngine } from '../contract/engine-child.ts'
import { writeTinyGguf } from '../contract/engine-tiny-gguf.ts'
import type { EngineTime } from './gateway-server.ts'

/**
 * What the gateway costs: the same requests to the engine's own socket and through the gateway, in turns, so that both
 * see the same machine. Ratios, never absolute limits.
 */

export type GatewayRow = {
  readonly streams: number
  readonly directTokensPerSecond: number
  readonly gatewayTokensPerSecond: number
  /** Gateway over direct; at least 0.98 is wanted. */
  readonly ratio: number
  readonly directTtftMs: number
  readonly gatewayTtftMs: number
  /**
   * Median over requests of what the client waited beyond what the engine took for the same request, as the gateway saw
   * it; at most 2 ms is wanted. The difference of the two medians above says the same with the engine's own noise in it.
   */
  readonly addedTtftMs: number
}

type Options = {
  readonly modelPath?: string
  readonly streams?: readonly number[]
  readonly rounds?: number
  readonly tokens?: number
}

type Target = {
  readonly path: string
  readonly connection: { readonly socketPath: string } | { readonly port: number; readonly host: string }
  readonly headers: Readonly<Record<string, string>>
  readonly body: (prompt: string, tokens: number) => object
  /** How many tokens a piece of the stream carries. */
  readonly count: (chunk: string) => number
}
const ttftBlocks = 8
const requestsPerBlock = 24
const shortTokens = 4

type FirstToken = { readonly prompt: string; readonly ttftMs: number }
type Sample = { readonly ttftMs: number; readonly tokensPerSecond: number }

/** The GGUF that ../shared/tools/real-models/fetch leaves in the user's cache, where it was fetched. */
export const realModel = (): string | undefined => {
  const path = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    'slipway-real-models',
    'gemma-3-270m-q4_k_m.gguf',
  )
  return existsSync(path) ? path : undefined
}

/** Measures at each number of streams. A tiny random model is used when no real one is given. */
export async function benchGateway({
  modelPath,
  streams = [1, 4, 8],
  rounds = 4,
  tokens = 32,
}: Options = {}): Promise<readonly GatewayRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  const tiny = join(folder, 'tiny.gguf')
  // Large enough that a token costs about what a small real model's does.
  if (modelPath === undefined) writeTinyGguf(tiny, { embedding: 512, layers: 8, contextLength: 512 })
  const engine = await startEngine({ modelPath: modelPath ?? tiny, parallel: Math.max(...streams), contextLength: 512 })
  const gateway = spawnGateway(engine)
  try {
    const port = await gateway.port
    const direct: Target = {
      path: '/generate',
      connection: { socketPath: engine.socket },
      headers: {},
      body: (prompt, maxTokens) => ({ prompt, maxTokens, temperature: 0, ignoreEos: true }),
      count: chunk => occurrences(chunk, '{"tokens":'),
    }
    const through: Target = {
      path: '/v1/completions',
      connection: { port, host: '127.0.0.1' },
      headers: { authorization: 'Bearer bench' },
      body: (prompt, max_tokens) => ({
        model: 'tiny',
        prompt,
        max_tokens,
        temperature: 0,
        ignore_eos: true,
        stream: true,
      }),
      // One event per token; several tokens of one character share an event, so the tokens asked for are what counts.
      count: chunk => occurrences(chunk, 'data: {'),
    }
    const rows: GatewayRow[] = []
    for (const target of [direct, through]) await burst(target, 1, 8)
    for (const count of streams) rows.push(await compare(direct, through, gateway.engineMs, count, rounds, tokens))
    return rows
  } finally {
    gateway.process.stdin?.end()
    await engine.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Gateway = {
  readonly process: ChildProcess
  readonly port: Promise<number>
  /** The engine's own time to the first token, by prompt. */
  readonly engineMs: ReadonlyMap<string, number>
}

function spawnGateway({ socket, client }: EngineChild): Gateway {
  const server = fileURLToPath(new URL('./gateway-server.ts', import.meta.url))
  const child = spawn(process.execPath, [server, socket, JSON.stringify(client.facts)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const engineMs = new Map<string, number>()
  const port = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      const said = JSON.parse(line) as number | EngineTime
      if (typeof said === 'number') resolve(said)
      else engineMs.set(said.prompt, said.firstTokenMs)
    })
    child.once('exit', code => reject(new Error(`the gateway ended with ${code}`)))
  })
  return { process: child, port, engineMs }
}

async function compare(
  direct: Target,
  through: Target,
  engineMs: ReadonlyMap<string, number>,
  streams: number,
  rounds: number,
  tokens: number,
): Promise<GatewayRow> {
  const samples: { readonly direct: Sample[]; readonly through: Sample[] } = { direct: [], through: [] }
  const ttfts: { readonly direct: FirstToken[]; readonly through: FirstToken[] } = { direct: [], through: [] }
  for (let round = 0; round < rounds; round += 1) {
    // Turn about, and the other one first each time: drift of the machine then falls on both.
    const order = round % 2 === 0 ? (['direct', 'through'] as const) : (['through', 'direct'] as const)
    for (const which of order) {
      const target = which === 'direct' ? direct : through
      samples[which].push(await burst(target, streams, tokens))
    }
  }
  // Short ones besides, in turns: the first token is a small difference between large numbers and needs many samples.
  for (let block = 0; block < ttftBlocks; block += 1) {
    const order = block % 2 === 0 ? (['direct', 'through'] as const) : (['through', 'direct'] as const)
    for (const which of order) ttfts[which].push(...(await steady(which === 'direct' ? direct : through, streams)))
  }
  const rateOf = (list: readonly Sample[]) => median(list.map(({ tokensPerSecond }) => tokensPerSecond))
  const directTokensPerSecond = rateOf(samples.direct)
  const gatewayTokensPerSecond = rateOf(samples.through)
  const medianOf = (list: readonly FirstToken[]) => median(list.map(({ ttftMs }) => ttftMs))
  const added = ttfts.through.flatMap(({ prompt, ttftMs }) => {
    const ownMs = engineMs.get(prompt)
    return ownMs === undefined ? [] : [ttftMs - ownMs]
  })
  if (added.length < ttfts.through.length / 2) throw new Error('the gateway did not say how long the engine took')
  return {
    streams,
    directTokensPerSecond,
    gatewayTokensPerSecond,
    ratio: gatewayTokensPerSecond / directTokensPerSecond,
    directTtftMs: medianOf(ttfts.direct),
    gatewayTtftMs: medianOf(ttfts.through),
    addedTtftMs: median(added),
  }
}

let asked = 0
const agent = new Agent({ keepAlive: true })

/** `streams` requests at once; the rate counts all their tokens from the first request to the last byte. */
async function burst(target: Target, streams: number, tokens: number): Promise<Sample> {
  const beganMs = performance.now()
  const ttfts = await Promise.all(Array.from({ length: streams }, () => one(target, newPrompt(), tokens)))
  const seconds = (performance.now() - beganMs) / 1_000
  return { ttftMs: median(ttfts), tokensPerSecond: (streams * tokens) / seconds }
}

/** So many clients, each of which asks again as soon as it has its answer; the first tokens of all of them. */
async function steady(target: Target, streams: number): Promise<readonly FirstToken[]> {
  const ttfts: FirstToken[] = []
  let left = requestsPerBlock
  await Promise.all(
    Array.from({ length: streams }, async () => {
      while (left-- > 0) {
        const prompt = newPrompt()
        ttfts.push({ prompt, ttftMs: await one(target, prompt, shortTokens) })
      }
    }),
  )
  return ttfts
}

// Every prompt is new, so that nothing is answered from a cache.
const newPrompt = () => `${++asked} bottles stood on the wall of the harbour, and then `

function one(target: Target, prompt: string, tokens: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const beganMs = performance.now()
    const body = JSON.stringify(target.body(prompt, tokens))
    const outgoing = httpRequest(
      {
        ...target.connection,
        agent,
        method: 'POST',
        path: target.path,
        headers: { ...target.headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      response => {
        let ttftMs: number | undefined
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          if (ttftMs === undefined && target.count(chunk) > 0) ttftMs = performance.now() - beganMs
        })
        response.on('end', () =>
          response.statusCode === 200 && ttftMs !== undefined
            ? resolve(ttftMs)
            : reject(new Error(`status ${response.statusCode}`)),
        )
        response.on('error', reject)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const occurrences = (text: string, part: string): number => text.split(part).length - 1

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
