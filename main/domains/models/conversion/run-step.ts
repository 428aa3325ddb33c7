import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import type { ConversionFacts } from '../../../contract/conversion.ts'
import { AppError } from '../../../contract/errors.ts'
import { WorkerEvent } from '../../../contract/worker.ts'
import { numericThreads } from '../../../platform/processors.ts'
import type { Children } from './children.ts'
import type { ConvertConfig, ConvertStep } from './config.ts'

const quantizer = fileURLToPath(new URL('../../../entry/quantize-gguf.ts', import.meta.url))
const tokenComparer = fileURLToPath(new URL('../../../entry/compare-gguf-tokens.ts', import.meta.url))

export type StepContext = {
  readonly config: ConvertConfig
  readonly children: Children
  /** Where the step's configuration is written: the job's own folder. */
  readonly jobDir: string
  /** The unpacked converter of llama.cpp. */
  readonly llamaCppDir: string
  readonly onPhase: (phase: string) => void
}

/** What a step measured, and what the reader of the result should know. */
export type StepResult = { readonly facts: ConversionFacts; readonly warnings: readonly string[] }

/** Runs one step to its end: its output is there, or it throws why not. */
export async function runStep(step: ConvertStep, context: StepContext): Promise<StepResult> {
  const threads = numericThreads(process.env)
  switch (step.step) {
    case 'merge': {
      const { modelDir, adapterDir, output: outputDir } = step
      await runWorker('merge', { modelDir, adapterDir, outputDir, threads }, context)
      return { facts: {}, warnings: [] }
    }
    case 'gguf': {
      const { modelDir, modelName, output: outputFile, type } = step
      const tokensFile = join(context.jobDir, 'tokens.json')
      const settings = { modelDir, outputFile, outputType: type.toLowerCase(), modelName, tokensFile, threads }
      await runWorker('to_gguf', { ...settings, llamaCppDir: context.llamaCppDir }, context)
      return compareTokens(outputFile, tokensFile, context)
    }
    case 'onnx': {
      const { modelDir, output: outputDir } = step
      const { maxLogitDifference = null, maxLogit = null } = await runWorker(
        'to_onnx',
        { modelDir, outputDir, threads },
        context,
      )
      return { facts: { maxLogitDifference, maxLogit }, warnings: [] }
    }
    case 'quantize':
      return quantize(step, context)
    default:
      return step satisfies never
  }
}

/** Runs a module of the Python worker and returns its figures. */
async function runWorker(
  module: 'merge' | 'to_gguf' | 'to_onnx',
  settings: object,
  { config: { python }, children, jobDir, onPhase }: StepContext,
): Promise<ConversionFacts> {
  if (!python) throw new AppError('internal', `The step ${module} was given no Python.`)
  const file = `${module}.json`
  writeFileSync(join(jobDir, file), JSON.stringify(settings), { mode: 0o600 })
  let figures: ConversionFacts | undefined
  await children.run({
    command: [python.file, '-m', `slipway_worker.${module}`, file],
    // Weights are only moved and rounded: the processor does it, and a GPU may be somebody else's.
    env: { ...python.env, CUDA_VISIBLE_DEVICES: '', HIP_VISIBLE_DEVICES: '' },
    cwd: jobDir,
    onEvent: raw => {
      const event = WorkerEvent.safeParse(raw)
      if (!event.success) return
      if (event.data.event === 'phase') onPhase(event.data.phase)
      if (event.data.event === 'finished') figures = event.data.metrics
    },
  })
  if (figures) return figures
  throw new AppError('worker_failed', `The step ${module} ended without saying that it is done.`, {
    hint: 'The log of this job has its last words.',
  })
}

const Compared = z.object({
  event: z.literal('finished'),
  texts: z.number().int().positive(),
  differing: z.array(z.string()),
})

/**
 * Lets llama.cpp read texts with the new file and compares with the original's tokens. A model that reads otherwise answers
 * nonsense with the best of weights, and no header shows it.
 */
async function compareTokens(
  file: string,
  tokensFile: string,
  { children, jobDir, onPhase }: StepContext,
): Promise<StepResult> {
  onPhase('comparing tokens with the original')
  let compared: z.output<typeof Compared> | undefined
  await children.run({
    command: [process.execPath, tokenComparer, file, tokensFile],
    env: {},
    cwd: jobDir,
    onEvent: event => {
      compared = Compared.safeParse(event).data ?? compared
    },
  })
  if (!compared) throw new AppError('worker_failed', 'The new file could not be read with llama.cpp.')
  const { texts, differing } = compared
  if (differing.length > texts / 2) {
    throw new AppError(
      'unsupported',
      `llama.cpp would read text otherwise than this model does: ${differing.length} of ${texts} texts get other tokens.`,
      {
        hint: 'Its tokenizer is one that llama.cpp has no equal of. The safetensors model itself can be served.',
        details: { differing },
      },
    )
  }
  return {
    facts: { comparedTexts: texts, differingTexts: differing.length },
    warnings: differing.map(
      text => `llama.cpp reads this with other tokens than the original: ${JSON.stringify(text)}`,
    ),
  }
}

async function quantize(
  { input, output, type }: Extract<ConvertStep, { step: 'quantize' }>,
  { children, jobDir, onPhase }: StepContext,
): Promise<StepResult> {
  onPhase(`quantising to ${type}`)
  let bitsPerWeight: number | undefined
  let fallbackTensors = 0
  let said: string | undefined
  const onLog = (line: string) => {
    const size = /quant size\s*=.*\(\s*([\d.]+) BPW\)/.exec(line)?.[1]
    const fallback = /(\d+) of \d+ tensor\(s\) required fallback quantization/.exec(line)?.[1]
    if (size !== undefined) bitsPerWeight = Number(size)
    if (fallback !== undefined) fallbackTensors = Number(fallback)
    said = /failed to quantize: (.*)/.exec(line)?.[1] ?? said
  }
  try {
    await children.run({
      command: [process.execPath, quantizer, input, output, type, String(numericThreads(process.env))],
      env: {},
      cwd: jobDir,
      onEvent: () => undefined,
      onLog,
    })
  } catch (error) {
    if (said === undefined) throw error
    throw new AppError('worker_failed', `llama.cpp cannot quantise this model to ${type}: ${said}`, {
      cause: error,
      hint: 'Try another type, or convert without --quantize.',
    })
  }
  return {
    facts: { ...(bitsPerWeight !== undefined && { bitsPerWeight }), fallbackTensors },
    warnings:
      fallbackTensors > 0
        ? [
            `${fallbackTensors} tensors have rows that ${type} does not divide; they are stored in a larger type instead.`,
          ]
        : [],
  }
}
