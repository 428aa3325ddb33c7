/**
 * A supervised child: converts a model in steps, aside, and puts the result into place whole and flushed or not at all.
 * JSON lines on standard output.
 *
 *   node main/entry/convert-model.ts config.json
 */
import '../platform/network/never.ts'

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { ConversionFacts } from '../contract/conversion.ts'
import { AppError, toAppError } from '../contract/errors.ts'
import { assertGgufArchitecture } from '../domains/models/conversion/architecture-check.ts'
import { watchBytes } from '../domains/models/conversion/byte-progress.ts'
import { writeCard } from '../domains/models/conversion/card.ts'
import { createChildren } from '../domains/models/conversion/children.ts'
import { ConvertConfig, type ConvertFinished } from '../domains/models/conversion/config.ts'
import { runStep } from '../domains/models/conversion/run-step.ts'
import { inspect } from '../domains/models/inspection.ts'
import { diskError, hashFile } from '../platform/blobs/store.ts'
import { flushFolder, flushTree } from '../platform/flush.ts'
import { ensureConverter } from '../platform/llama-cpp/converter.ts'
import { llamaCppRelease } from '../platform/llama-cpp/release.ts'
import { freeBytes } from '../platform/python/disk.ts'
import { run } from '../platform/python/run.ts'

const emit = (event: string, fields: object = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`)

const children = createChildren()
let partialDir: string | undefined

/** Nothing half-made stays: first nobody writes any more, then it is removed. */
async function removePartial(): Promise<void> {
  await children.kill()
  if (partialDir !== undefined) rmSync(partialDir, { recursive: true, force: true })
}

async function converterFor({ steps, llamaCppDir }: ConvertConfig): Promise<string> {
  const step = steps.find(each => each.step === 'gguf')
  if (!step) return ''
  const { folder, architectures } = await ensureConverter(llamaCppRelease(), {
    run,
    env: process.env,
    cacheDir: llamaCppDir,
  })
  // A merged model has the architecture of its base, which is there already.
  const merge = steps.find(each => each.step === 'merge')
  assertGgufArchitecture(merge ? merge.modelDir : step.modelDir, architectures)
  return folder
}

async function main(configPath: string): Promise<void> {
  const config = ConvertConfig.parse(JSON.parse(readFileSync(configPath, 'utf8')))
  const beganAtMs = performance.now()
  const llamaCppDir = await converterFor(config)
  if (existsSync(config.targetDir)) throw new AppError('conflict', `${config.targetDir} exists already.`)
  partialDir = config.partialDir
  rmSync(partialDir, { recursive: true, force: true })
  mkdirSync(partialDir, { recursive: true, mode: 0o700 })
  const last = config.steps.at(-1)
  // A file's folder is made here; a folder is made by its step, whole or not at all.
  if (last?.output !== config.resultDir) mkdirSync(config.resultDir, { mode: 0o700 })

  const progress = watchBytes(config, emit)
  const facts: ConversionFacts = {}
  const warnings: string[] = []
  for (const [index, step] of config.steps.entries()) {
    progress.begin(step)
    const context = { config, children, jobDir: dirname(resolve(configPath)), llamaCppDir, onPhase: progress.phase }
    const result = await runStep(step, context)
    Object.assign(facts, result.facts)
    warnings.push(...result.warnings)
    const read = config.steps[index - 1]?.output
    if (read !== undefined) rmSync(read, { recursive: true })
  }
  progress.written()
  progress.phase('checking and hashing')
  if (config.card) writeCard(config.resultDir, config.card)
  flushTree(config.resultDir)
  const { summary, files } = await inspect(join(config.resultDir, config.artifact))
  const hashed: ConvertFinished['files'] = []
  for (const { path } of files) hashed.push({ path, ...(await factsOf(join(config.resultDir, path))) })
  renameSync(config.resultDir, config.targetDir)
  flushFolder(dirname(config.targetDir))
  rmSync(config.partialDir, { recursive: true, force: true })
  progress.close()
  facts.seconds = (performance.now() - beganAtMs) / 1000
  const finished: Omit<ConvertFinished, 'event'> = { summary, files: hashed, facts, warnings }
  emit('finished', finished)
}

async function factsOf(path: string) {
  const { sha256, sizeBytes } = await hashFile(path)
  const { mtimeMs, dev, ino } = statSync(path)
  return { sha256, sizeBytes, modifiedAtMs: mtimeMs, inode: `${dev}:${ino}` }
}

/** Libraries say a full disk in many ways, and some only that they could not write. */
function asFailure(error: unknown): AppError {
  const failure = toAppError(diskError(error))
  const isFull =
    failure.code === 'storage_full' ||
    ((failure.code === 'worker_failed' || failure.code === 'internal') &&
      partialDir !== undefined &&
      freeBytes(partialDir) < 4 * 2 ** 20)
  return isFull
    ? new AppError('storage_full', 'The disk is full; nothing was changed.', {
        cause: error,
        hint: 'Free some space, then convert again.',
      })
    : failure
}

setInterval(() => emit('heartbeat', { memoryBytes: process.memoryUsage.rss() }), 5_000).unref()

// The runner's end of the pipe is gone, or it asks us to stop: either way there is nobody to work for.
let isLeaving = false
const leave = () => {
  if (isLeaving) return
  isLeaving = true
  void removePartial().finally(() => process.exit(1))
}
process.stdin.on('data', leave).on('end', leave)

main(process.argv[2] ?? 'config.json').then(
  () => process.exit(0),
  async error => {
    if (isLeaving) return
    const failure = asFailure(error)
    await removePartial()
    emit('failed', failure.toBody())
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  },
)
