import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import type { EngineKind } from '../../contract/inference.ts'
import type { ModelVersion } from '../../contract/models.ts'
import { ggufFileOf } from '../../platform/llama-cpp/gguf-file.ts'
import type { RevisionSettings } from './repo.ts'

/** A model version with what else an engine must load, and the engine that can. */
export type Served = {
  readonly engine: EngineKind
  readonly base: ModelVersion
  readonly adapter: ModelVersion | undefined
}

export type Programs = {
  /** argv of the GGUF engine without its last word, the configuration file. */
  readonly llama: readonly [file: string, ...args: string[]]
  /** What the GGUF engine finds in its environment on a device, such as the folders of CUDA's libraries. */
  readonly llamaEnv: (device: string) => Readonly<Record<string, string>>
  /** The interpreter of the environment that serves. Throws `missing_requirement` when none is built. */
  readonly python: () => { readonly python: string; readonly env: Readonly<Record<string, string>> }
}

/** How an engine is started: argv, environment, and the `config.json` beside it. */
export type Launch = {
  readonly command: readonly [file: string, ...args: string[]]
  readonly env: Readonly<Record<string, string>>
  readonly config: { readonly socket: string } & Readonly<Record<string, unknown>>
}

const maxQueued = 256

/** Decides which engine serves a version. Throws `unsupported` or `missing_requirement` with the way out. */
export function servedBy(
  version: ModelVersion,
  given: { readonly adapter: ModelVersion | undefined; readonly engine: 'auto' | EngineKind },
  baseOf: (id: ModelVersion['id']) => ModelVersion | undefined,
): Served {
  const isAdapter = version.summary.format === 'adapter'
  if (isAdapter && given.adapter)
    throw new AppError('invalid_input', `"${version.name}" is an adapter itself.`, {
      hint: 'Deploy its base with --adapter.',
    })
  const base = isAdapter ? baseOf(version.id) : version
  const adapter = isAdapter ? version : given.adapter
  if (!base) {
    throw new AppError(
      'missing_requirement',
      `"${version.name}" is an adapter, and its base model is not known here.`,
      {
        hint: `Import the base${version.summary.baseModel ? ` (${version.summary.baseModel})` : ''}, then: slipway inference deploy BASE --adapter ${version.name}`,
      },
    )
  }
  if (adapter && adapter.summary.format !== 'adapter')
    throw new AppError('invalid_input', `"${adapter.name}" is not an adapter.`)
  const { format } = base.summary
  const engine = format === 'gguf' ? 'llama' : format === 'safetensors' ? 'transformers' : undefined
  if (!engine) {
    throw new AppError('unsupported', `Models in the format ${format} cannot be served yet.`, {
      hint: 'GGUF and safetensors can.',
    })
  }
  if (given.engine !== 'auto' && given.engine !== engine) {
    throw new AppError('unsupported', `The engine ${given.engine} does not read ${format}; ${engine} does.`, {
      hint: 'Leave --engine out.',
    })
  }
  if (engine === 'llama' && adapter) {
    throw new AppError('unsupported', 'An adapter in safetensors cannot be laid over a GGUF model.', {
      hint: 'Deploy the safetensors base with the adapter, or convert the two together: slipway models convert --to merged, then --to gguf.',
    })
  }
  return { engine, base, adapter }
}

/** A socket path for one start of one engine: short, because such a path may have about 100 bytes. */
export const newSocket = (folder: string): string =>
  process.platform === 'win32'
    ? `\\\\.\\pipe\\slipway-engine-${randomBytes(8).toString('hex')}`
    : join(folder, `e-${randomBytes(6).toString('hex')}.sock`)

export function launchOf(
  { engine, base, adapter }: Served,
  settings: RevisionSettings,
  device: string,
  socket: string,
  { llama, llamaEnv, python }: Programs,
): Launch {
  const { contextLength, parallel, threads, chatTemplate } = settings
  const shared = {
    socket,
    device,
    ...(contextLength !== undefined && { contextLength }),
    ...(chatTemplate !== undefined && { chatTemplate }),
  }
  switch (engine) {
    case 'llama':
      return {
        command: [...llama, 'config.json'],
        env: { ...llamaEnv(device), ...visibleCards(device) },
        config: {
          ...shared,
          modelPath: ggufFileOf(base.path),
          parallel,
          maxQueue: maxQueued,
          ...(threads !== undefined && { threads }),
        },
      }
    case 'transformers': {
      const { python: interpreter, env } = python()
      return {
        command: [interpreter, '-m', 'slipway_worker.serve', 'config.json'],
        env,
        config: {
          ...shared,
          modelDir: base.path,
          ...(adapter && { adapterDir: adapter.path }),
          maxActive: parallel,
          maxQueued,
          keptPrefixes: parallel,
        },
      }
    }
    default:
      return engine satisfies never
  }
}

// llama.cpp's binding cannot choose among cards; the environment can (engines.md part 2).
const visibleCards = (device: string): Record<string, string> => {
  const [kind, index] = device.split(':')
  if (index === undefined) return {}
  return kind === 'vulkan' ? { GGML_VK_VISIBLE_DEVICES: index } : { CUDA_VISIBLE_DEVICES: index }
}
