import {
  type GgufFileInfo,
  getLlama,
  InsufficientMemoryError,
  type Llama,
  type LlamaContext,
  type LlamaContextSequence,
  LlamaLogLevel,
  type LlamaModel,
  NoBinaryFoundError,
  readGgufFileInfo,
} from 'node-llama-cpp'
import type { EngineConfig } from '../../../contract/engine.ts'
import { AppError, toAppError } from '../../../contract/errors.ts'
import { numericThreads } from '../../../platform/processors.ts'
import { assertLoadable } from './check-metadata.ts'
import { fastestThreads } from './threads.ts'

export type Gpu = false | 'cuda' | 'vulkan' | 'metal'

export type Loaded = {
  readonly llama: Llama
  readonly model: LlamaModel
  readonly info: GgufFileInfo
  /** Absent for encoders, which only embed. */
  readonly context: LlamaContext | undefined
  readonly sequences: readonly LlamaContextSequence[]
  readonly contextLength: number
  readonly threads: number
}

const defaultContextLength = 8_192

/** `cuda:1` picks the card by CUDA_VISIBLE_DEVICES in the child's environment; here only the backend matters. */
export function gpuOf(device: string): Gpu {
  const [kind] = device.split(':')
  if (kind === 'cpu') return false
  if (kind === 'cuda' || kind === 'vulkan' || kind === 'metal') return kind
  throw new AppError('invalid_input', `"${device}" is not a device of the llama engine.`, {
    hint: 'It takes cpu, cuda, cuda:N, vulkan or metal.',
  })
}

/** Loads a GGUF file and allocates its sequences, once and for all. Throws `AppError`s that name cause and remedy. */
export async function loadModel(config: EngineConfig, log: (text: string) => void): Promise<Loaded> {
  const gpu = gpuOf(config.device)
  try {
    const info = await readGgufFileInfo(config.modelPath, { sourceType: 'filesystem', logWarnings: false })
    assertLoadable(info)
    const processors = numericThreads(process.env)
    const llama = await getLlama({
      gpu,
      build: 'never',
      skipDownload: true,
      usePrebuiltBinaries: true,
      progressLogs: false,
      maxThreads: Math.min(config.threads ?? processors, processors),
      logLevel: LlamaLogLevel.warn,
      logger: (level, message) => log(`llama.cpp ${level}: ${message.trimEnd()}`),
    })
    if (llama.gpu !== gpu) throw noBackend(config.device)
    const model = await llama.loadModel({
      modelPath: config.modelPath,
      useMmap: true,
      ...(gpu === false ? { gpuLayers: 0 } : { gpuLayers: 'max' }),
    })
    const contextLength = contextLengthOf(config, model.trainContextSize)
    const isEncoder = /bert|t5encoder/.test(String(info.metadata.general?.architecture))
    const threads = Math.min(
      config.threads ?? (gpu === false && !isEncoder ? await fastestThreads(model, processors) : processors),
      processors,
    )
    const context = isEncoder
      ? undefined
      : await model.createContext({
          contextSize: contextLength,
          sequences: config.parallel,
          threads: { ideal: threads, min: threads },
          ...(config.adapterPath !== undefined && { lora: { adapters: [{ filePath: config.adapterPath }] } }),
        })
    const sequences = context
      ? Array.from({ length: config.parallel }, () =>
          // Requests are bounded before they start, so a shift would only hide a mistake by forgetting the beginning.
          context.getSequence({ contextShift: { strategy: () => Promise.reject(new Error('context shift')) } }),
        )
      : []
    return { llama, model, info, context, sequences, contextLength, threads }
  } catch (error) {
    throw loadFailure(error, config)
  }
}

function contextLengthOf({ contextLength }: EngineConfig, trained: number): number {
  if (contextLength !== undefined && contextLength > trained) {
    throw new AppError(
      'invalid_input',
      `A context of ${contextLength} tokens is longer than the ${trained} that the model was trained for.`,
      {
        hint: `Deploy it with --context-length ${trained} or less.`,
      },
    )
  }
  return contextLength ?? Math.min(trained, defaultContextLength)
}

function loadFailure(error: unknown, { modelPath, device }: EngineConfig): AppError {
  if (error instanceof AppError) return error
  const message = error instanceof Error ? error.message : String(error)
  if (/GGUF magic/i.test(message))
    return new AppError('invalid_input', `${modelPath} is not a GGUF file.`, {
      cause: error,
      hint: 'Import the .gguf file itself.',
    })
  if (error instanceof InsufficientMemoryError) {
    return new AppError(
      'missing_requirement',
      'There is not enough memory for this model, context length and number of parallel requests.',
      {
        cause: error,
        hint: 'Deploy with a smaller --context-length or --parallel, stop other deployments, or use a smaller quantisation.',
      },
    )
  }
  if (error instanceof NoBinaryFoundError) return noBackend(device, error)
  if ((error as NodeJS.ErrnoException).code === 'ENOENT')
    return new AppError('not_found', `${modelPath} is not there any more.`, {
      cause: error,
      hint: 'Put it back, or import the model again.',
    })
  if (
    /Failed to load model|Failed to create context|lora|adapter|gguf|unexpected end|out of bounds|Invalid/i.test(
      message,
    )
  ) {
    return new AppError('invalid_input', `llama.cpp cannot load this model: ${message.slice(0, 300)}`, {
      cause: error,
      hint: 'The file may be cut short or of an architecture that this llama.cpp does not know: slipway models verify, or convert it again.',
    })
  }
  return toAppError(error)
}

const noBackend = (device: string, cause?: unknown) =>
  new AppError(
    'missing_requirement',
    `The device "${device}" cannot be used: its driver or runtime libraries are not there.`,
    {
      ...(cause !== undefined && { cause }),
      hint: 'The training environment brings CUDA’s libraries (slipway environments build training), slipway doctor shows the driver; --device cpu always works.',
    },
  )
