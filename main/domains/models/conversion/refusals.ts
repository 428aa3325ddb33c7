import type { ConversionTarget, GgufType } from '../../../contract/conversion.ts'
import { AppError } from '../../../contract/errors.ts'
import type { ModelVersion } from '../../../contract/models.ts'

export type Request = {
  readonly to: ConversionTarget
  readonly quantize: GgufType | undefined
  readonly model: ModelVersion
  /** For an adapter: what it is merged into. */
  readonly base: ModelVersion | undefined
}

const floats: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16'])
const original = 'Convert the original safetensors model instead.'

/** Throws what is wrong with a request before anything is started: what is asked for must be possible and make sense. */
export function assertConvertible({ to, quantize, model, base }: Request): void {
  const { format } = model.summary
  const refused = (message: string, hint: string) => new AppError('unsupported', message, { hint })
  if (quantize !== undefined && to !== 'gguf')
    throw new AppError('invalid_input', `--quantize is about GGUF; ${to} keeps the numbers as they are.`, {
      hint: 'Leave it out, or convert --to gguf.',
    })
  if (format === 'pickle')
    throw refused(`${model.name} holds pickled weights: loading them runs code.`, 'Get it as safetensors.')
  if (format === 'onnx')
    throw refused(`${model.name} is an ONNX model: its weights cannot be taken back out.`, original)
  if (format === 'gguf') {
    if (to !== 'gguf') throw refused(`${model.name} is GGUF, which cannot be turned into ${to}.`, original)
    if (quantize === undefined)
      throw refused(`${model.name} is a GGUF model already.`, 'To store its weights otherwise: --quantize Q4_K_M.')
    if (model.summary.quantization !== undefined || !floats.has(model.summary.dtype ?? ''))
      throw refused(
        `${model.name} is quantised already (${model.summary.quantization ?? model.summary.dtype}): quantising it again would lose twice.`,
        original,
      )
    if (quantize === model.summary.dtype)
      throw refused(`${model.name} is ${quantize} already.`, 'Choose another type for --quantize.')
    return
  }
  if (format === 'safetensors' && to === 'merged')
    throw refused(
      `${model.name} is no adapter: there is nothing to merge.`,
      'Name an adapter; its base is found by its lineage.',
    )
  if (format === 'adapter') assertMergeable(model, base)
  const weights = base ?? model
  if (weights.summary.quantization !== undefined && to === 'onnx')
    throw refused(
      `${weights.name} is quantised (${weights.summary.quantization}): ONNX is exported from full weights.`,
      'Convert the full-precision model.',
    )
}

function assertMergeable(adapter: ModelVersion, base: ModelVersion | undefined): void {
  if (adapter.path.endsWith('.gguf'))
    throw new AppError('unsupported', `${adapter.name} is an adapter in GGUF: only PEFT adapters can be merged.`, {
      hint: 'Name the PEFT adapter that it was made from.',
    })
  if (!base) {
    const named = adapter.summary.baseModel === undefined ? '' : ` (it names ${adapter.summary.baseModel})`
    throw new AppError('missing_requirement', `The base model of ${adapter.name} is not known here${named}.`, {
      hint: 'Name it with --base; slipway models list shows the models.',
    })
  }
  if (base.summary.format !== 'safetensors')
    throw new AppError(
      'unsupported',
      `${base.name} is ${base.summary.format}: an adapter is merged into safetensors.`,
      {
        hint: 'Name the safetensors base with --base.',
      },
    )
  if (base.summary.quantization !== undefined)
    throw new AppError(
      'unsupported',
      `${base.name} is quantised (${base.summary.quantization}): merging into it would lose what the adapter learned.`,
      { hint: 'Name the full-precision base with --base.' },
    )
}
