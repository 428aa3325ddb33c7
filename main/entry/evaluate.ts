/**
 * A supervised child: asks each object every question of a dataset, stores the answers, then scores them. What is
 * stored already is not asked again, so an evaluation that was cut short goes on where it stopped.
 *
 *   node main/entry/evaluate.ts config.json
 */
import '../platform/network/never.ts'

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type ChatMessage, type EngineClient, EngineEvent, type EngineReady } from '../contract/engine.ts'
import { AppError, isErrorCode, toAppError } from '../contract/errors.ts'
import { ResultRow } from '../contract/evaluation.ts'
import { EvaluateConfig, type EvaluateEvent, resultFile } from '../domains/evaluation/config.ts'
import { type EvaluationRow, readRows } from '../domains/evaluation/rows.ts'
import { compareObjects, type ScoredObject, scoreObject, summarize } from '../domains/evaluation/score.ts'
import { createEngineClient } from '../domains/inference/engine-client.ts'

const emit = (
  event:
    | EvaluateEvent
    | { event: 'progress'; done: number; total: number; unit: string; note: string }
    | { event: 'heartbeat' }
    | ({ event: 'failed' } & object),
) => process.stdout.write(`${JSON.stringify(event)}\n`)

type Subject = {
  readonly name: string
  readonly socket: string
  readonly hasChatTemplate: boolean
  readonly parallel: number
}

/** An object's engine: the one that runs already, or one of our own, which is ended with `close`. */
async function openEngine(
  { name, engine }: EvaluateConfig['objects'][number],
  folder: string,
): Promise<Subject & { readonly close: () => Promise<void> }> {
  if (engine.type === 'running') return { name, ...engine, close: async () => undefined }
  const own = join(folder, 'engine')
  mkdirSync(own, { recursive: true, mode: 0o700 })
  writeFileSync(join(own, 'config.json'), JSON.stringify(engine.config), { mode: 0o600 })
  const [file = '', ...args] = engine.command
  const child = spawn(file, args, {
    cwd: own,
    env: { ...process.env, ...engine.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const { hasChatTemplate, parallel } = await untilReady(child, name)
  return {
    name,
    socket: engine.config.socket,
    hasChatTemplate,
    parallel: parallel ?? 4,
    close: async () => {
      child.stdin.end('{"command":"stop"}\n')
      await exited
    },
  }
}

function untilReady(child: ChildProcessByStdio<Writable, Readable, null>, name: string): Promise<EngineReady> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      const event = EngineEvent.safeParse(parseJson(line))
      if (!event.success) return
      if (event.data.event === 'ready') resolve(event.data)
      if (event.data.event === 'failed') {
        const { code, message, hint } = event.data
        reject(
          new AppError(isErrorCode(code) ? code : 'worker_failed', message, { ...(hint !== undefined && { hint }) }),
        )
      }
    })
    child.once('error', cause =>
      reject(new AppError('missing_requirement', `The engine of ${name} could not be started.`, { cause })),
    )
    child.once('exit', code =>
      reject(
        new AppError('worker_lost', `The engine of ${name} ended with ${code} before it was ready.`, {
          hint: 'The log of this evaluation has its last words.',
        }),
      ),
    )
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined // a library printed something of its own: not an event
  }
}

/** Rows that were answered before; a last line that was cut by a crash is dropped. */
function storedResults(path: string): Map<number, ResultRow> {
  const rows = new Map<number, ResultRow>()
  if (!existsSync(path)) return rows
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue
    const row = parseRow(line)
    // Failures are tried again.
    if (row && row.prediction !== null) rows.set(row.row, row)
  }
  return rows
}

function parseRow(line: string): ResultRow | undefined {
  try {
    return ResultRow.parse(JSON.parse(line))
  } catch {
    return undefined // half a line: the crash came while it was written, so its question is asked again
  }
}

/** Without a chat template there are no turns to mark: the texts stand one under the other, as in plain pre-training. */
const plainPrompt = (messages: readonly ChatMessage[]): string =>
  `${messages.map(message => message.content ?? '').join('\n')}\n`

async function ask(
  client: EngineClient,
  object: Subject,
  question: EvaluationRow,
  { generation }: EvaluateConfig,
): Promise<ResultRow> {
  const { systemPrompt, ...sampling } = generation
  const hasSystem = question.messages[0]?.role === 'system'
  const messages: ChatMessage[] =
    systemPrompt !== undefined && !hasSystem
      ? [{ role: 'system', content: systemPrompt }, ...question.messages]
      : [...question.messages]
  const prompt = plainPrompt(messages)
  const decoder = new TextDecoder()
  const startedMs = performance.now()
  let firstTokenMs: number | undefined
  let prediction = ''
  const base = { row: question.row, prompt, reference: question.reference }
  try {
    const done = await client.generate(object.hasChatTemplate ? { messages, ...sampling } : { prompt, ...sampling }, {
      onTokens: pieces => {
        firstTokenMs ??= performance.now() - startedMs
        for (const piece of pieces)
          if (piece.special === undefined)
            prediction += decoder.decode(Buffer.from(piece.bytes, 'base64'), { stream: true })
      },
    })
    prediction += decoder.decode()
    return {
      ...base,
      prediction,
      finishReason: done.reason,
      latencyMs: performance.now() - startedMs,
      ...(firstTokenMs !== undefined && { firstTokenMs }),
      completionTokens: done.completionTokens,
    }
  } catch (error) {
    const failure = toAppError(error)
    // An engine that is gone answers nothing any more; a question it cannot take says something about that question.
    if (failure.code === 'worker_lost' || failure.code === 'missing_requirement') throw failure
    return { ...base, prediction: null, error: `${failure.code}: ${failure.message}` }
  }
}

/** Asks one object all questions, several at once, and appends each answer to its result set as it comes. */
async function answerAll(
  config: EvaluateConfig,
  index: number,
  object: Subject,
  questions: readonly EvaluationRow[],
  onAnswer: () => void,
): Promise<ResultRow[]> {
  const path = join(config.folder, resultFile(index))
  const results = storedResults(path)
  writeFileSync(`${path}.tidy`, [...results.values()].map(row => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 })
  renameSync(`${path}.tidy`, path)
  const file = openSync(path, 'a', 0o600)
  const client = createEngineClient(object.socket, {
    name: object.name,
    createdAtMs: 0,
    contextLength: 0,
    hasChatTemplate: object.hasChatTemplate,
    can: ['generate'],
    parallel: object.parallel,
  })
  const waiting = questions.filter(question => !results.has(question.row))[Symbol.iterator]()
  for (let i = 0; i < results.size; i += 1) onAnswer()
  const worker = async () => {
    for (const question of waiting) {
      const row = await ask(client, object, question, config)
      results.set(row.row, row)
      writeSync(file, `${JSON.stringify(row)}\n`)
      onAnswer()
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(object.parallel, 16) }, worker))
    fsyncSync(file)
  } finally {
    closeSync(file)
    client.close()
  }
  return questions.flatMap(question => results.get(question.row) ?? [])
}

function store(config: EvaluateConfig, index: number, scored: ScoredObject): number {
  const path = join(config.folder, resultFile(index))
  writeFileSync(`${path}.scored`, scored.rows.map(row => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 })
  renameSync(`${path}.scored`, path)
  return statSync(path).size
}

async function main(configPath: string): Promise<void> {
  const config = EvaluateConfig.parse(JSON.parse(readFileSync(configPath, 'utf8')))
  mkdirSync(config.folder, { recursive: true, mode: 0o700 })
  const questions: EvaluationRow[] = []
  for await (const question of readRows(config)) questions.push(question)
  if (questions.length === 0)
    throw new AppError('invalid_input', 'The dataset has no rows.', {
      hint: 'slipway datasets preview shows what it holds.',
    })
  emit({ event: 'rows', rows: questions.length })
  if (questions.every(question => question.reference === ''))
    emit({ event: 'warning', message: 'No row has a reference answer: answers are stored, but nothing can be scored.' })

  const total = questions.length * config.objects.length
  let done = 0
  let reportedAtMs = 0
  const scored: ScoredObject[] = []
  let sizeBytes = 0
  for (const [index, object] of config.objects.entries()) {
    const subject = await openEngine(object, config.folder)
    if (!subject.hasChatTemplate)
      emit({
        event: 'warning',
        message: `${object.name} has no chat template: it was given the plain text of each prompt.`,
      })
    const rows = await answerAll(config, index, subject, questions, () => {
      done += 1
      const nowMs = performance.now()
      if (nowMs - reportedAtMs < 250 && done < total) return
      reportedAtMs = nowMs
      emit({ event: 'progress', done, total, unit: 'rows', note: object.name })
    })
    await subject.close()
    const result = scoreObject(object.name, rows, config.metrics)
    scored.push(result)
    sizeBytes += store(config, index, result)
    emit({ event: 'object', object: summarize(object, result, config.metrics) })
  }
  emit({ event: 'finished', comparisons: compareObjects(scored, config.metrics), sizeBytes })
}

setInterval(() => emit({ event: 'heartbeat' }), 5_000).unref()
// The runner's end of the pipe is gone, or it asks us to stop: what was answered is on disk already.
process.stdin.on('data', () => process.exit(1)).on('end', () => process.exit(1))

main(process.argv[2] ?? 'config.json').then(
  () => process.exit(0),
  error => {
    emit({ event: 'failed', ...toAppError(error).toBody() })
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  },
)
