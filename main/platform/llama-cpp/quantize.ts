import { createRequire } from 'node:module'
import type { GgufType } from '../../contract/conversion.ts'
import { AppError } from '../../contract/errors.ts'

type Koffi = typeof import('koffi')

/** The release whose `llama_model_quantize_params` is described below; another one may have other fields. */
export const describedRelease = 'v0.5.0'

/** llama.cpp's `llama_ftype` of each type that its quantiser writes. */
export const fileTypes: Readonly<Record<GgufType, number>> = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q8_0: 7,
  Q5_0: 8,
  Q5_1: 9,
  Q2_K: 10,
  Q3_K_S: 11,
  Q3_K_M: 12,
  Q3_K_L: 13,
  Q4_K_S: 14,
  Q4_K_M: 15,
  Q5_K_S: 16,
  Q5_K_M: 17,
  Q6_K: 18,
  IQ4_NL: 25,
  IQ4_XS: 30,
  BF16: 32,
}

/** Bytes of rows that the quantiser holds at one time: a fraction of its own 8 GiB costs no speed. */
const rowBufferBytes = 512 * 2 ** 20

// `ggml_type` has this many members: llama.cpp says "as the type of the file" with it.
const anyTensorType = 43

export type Quantizing = {
  readonly input: string
  readonly output: string
  readonly type: GgufType
  readonly threads: number
}

/**
 * Quantises a GGUF file with llama.cpp itself, called as the C library that it is. It logs to standard error and aborts the
 * process on some damaged files: to be called in a process of its own. Resolves with llama.cpp's code, 0 when it is done.
 * Throws `unsupported` when the library is not of the release that is known here.
 */
export async function quantizeGguf(library: string, release: string, request: Quantizing): Promise<number> {
  const koffi = createRequire(import.meta.url)('koffi') as Koffi
  const llama = koffi.load(library)
  koffi.struct('llama_model_quantize_params', {
    nthread: 'int32',
    ftype: 'int32',
    output_tensor_type: 'int32',
    token_embedding_type: 'int32',
    allow_requantize: 'bool',
    quantize_output_tensor: 'bool',
    only_copy: 'bool',
    pure: 'bool',
    keep_split: 'bool',
    dry_run: 'bool',
    imatrix: 'void *',
    kv_overrides: 'void *',
    tt_overrides: 'void *',
    prune_layers: 'void *',
    max_buf_size: 'size_t',
  })
  const defaultParameters = llama.func('llama_model_quantize_params llama_model_quantize_default_params()')
  const quantize = llama.func(
    'uint32 llama_model_quantize(const char *input, const char *output, const llama_model_quantize_params *parameters)',
  )
  const defaults = defaultParameters() as Record<string, unknown>
  assertLayout(defaults, release)
  llama.func('void llama_backend_init()')()
  const parameters = {
    ...defaults,
    ftype: fileTypes[request.type],
    nthread: request.threads,
    max_buf_size: rowBufferBytes,
  }
  return new Promise((resolve, reject) =>
    quantize.async(request.input, request.output, parameters, (error: unknown, code: number) =>
      error ? reject(error) : resolve(code),
    ),
  )
}

/** A struct of other fields would be read as nonsense, silently: the release's name and known defaults must fit. */
function assertLayout(defaults: Readonly<Record<string, unknown>>, release: string): void {
  const { output_tensor_type, allow_requantize, quantize_output_tensor, dry_run, imatrix, max_buf_size } = defaults
  const isKnown =
    release === describedRelease &&
    output_tensor_type === anyTensorType &&
    allow_requantize === false &&
    quantize_output_tensor === true &&
    dry_run === false &&
    imatrix === null &&
    Number(max_buf_size) === 8 * 2 ** 30
  if (isKnown) return
  throw new AppError('unsupported', `The llama.cpp library here is ${release}, whose quantiser is not known yet.`, {
    hint: 'Convert without --quantize, or to F32, F16 or BF16. Installing Slipway again (in a checkout: npm ci) brings the release that is known.',
  })
}
