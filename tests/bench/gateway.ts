import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type EngineChild, startEngine } from '../contract/engine-child.ts'
import { writeTinyGguf } from '../contract/engine-tiny-gguf.ts'

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
  /** Median of the gateway minus median of the direct calls; at most 2 ms is wanted. */
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
    for (const count of streams) rows.push(await compare(direct, through, count, rounds, tokens))
    return rows
  } finally {
    gateway.process.stdin?.end()
    await engine.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function spawnGateway({ socket, client }: EngineChild): { process: ChildProcess; port: Promise<number> } {
  const server = fileURLToPath(new URL('./gateway-server.ts', import.meta.url))
  const child = spawn(process.execPath, [server, socket, JSON.stringify(client.facts)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const port = new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())))
    child.once('exit', code => reject(new Error(`the gateway ended with ${code}`)))
  })
  return { process: child, port }
}

async function compare(
  direct: Target,
  through: Target,
  streams: number,
  rounds: number,
  tokens: number,
): Promise<GatewayRow> {
  const samples: { readonly direct: Sample[]; readonly through: Sample[] } = { direct: [], through: [] }
  const ttfts: { readonly direct: number[]; readonly through: number[] } = { direct: [], through: [] }
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
  const directTtftMs = median(ttfts.direct)
  const gatewayTtftMs = median(ttfts.through)
  return {
    streams,
    directTokensPerSecond,
    gatewayTokensPerSecond,
    ratio: gatewayTokensPerSecond / directTokensPerSecond,
    directTtftMs,
    gatewayTtftMs,
    addedTtftMs: gatewayTtftMs - directTtftMs,
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
async function steady(target: Target, streams: number): Promise<readonly number[]> {
  const ttfts: number[] = []
  let left = requestsPerBlock
  await Promise.all(
    Array.from({ length: streams }, async () => {
      while (left-- > 0) ttfts.push(await one(target, newPrompt(), shortTokens))
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

/** The rows as a Markdown table. */
export const gatewayTable = (rows: readonly GatewayRow[]): string =>
  [
    '| streams | engine tok/s | gateway tok/s | ratio (≥ 0.98) | engine TTFT ms | gateway TTFT ms | added ms (≤ 2) |',
    '|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map(
      row =>
        `| ${row.streams} | ${row.directTokensPerSecond.toFixed(1)} | ${row.gatewayTokensPerSecond.toFixed(1)} | ${row.ratio.toFixed(3)} | ${row.directTtftMs.toFixed(1)} | ${row.gatewayTtftMs.toFixed(1)} | ${row.addedTtftMs.toFixed(2)} |`,
    ),
  ].join('\n')
