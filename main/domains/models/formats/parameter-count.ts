import type { Tensor } from './facts.ts'
import { refuse } from './refuse.ts'

/** How a quantiser packs weights into the tensors of a safetensors file. */
export type Packing = { readonly method: string; readonly bits?: number | undefined }

/** Tensors that a quantiser adds to the weights: they scale and place numbers, they are none of the model's own. */
const bookkeeping =
  /(\.(qzeros|g_idx|scales|absmax|quant_map|nested_absmax|nested_quant_map|SCB|weight_format|weight_scale|weight_scale_2|weight_scale_inv|weight_zero_point|weight_g_idx|weight_shape|input_scale|output_scale|weight_global_scale|input_global_scale|k_scale|v_scale)|\.quant_state\.\w+|_scales)$/

const integerBits = new Map([
  ['U8', 8],
  ['I8', 8],
  ['I16', 16],
  ['I32', 32],
  ['U32', 32],
])

/** Buffers that place and mask (`position_ids`): no quantiser packs weights into these. */
const notLearnt: ReadonlySet<string> = new Set(['I64', 'U64', 'BOOL'])

/** Numbers of one tensor, exact beyond 2^53. */
export const elementsOf = ({ shape }: Pick<Tensor, 'shape'>): bigint =>
  shape.reduce((product, size) => product * BigInt(size), 1n)

/**
 * How many numbers the model has learnt. Without `packing` every element counts, but for 64-bit integers and truth values. With it, a packed integer tensor counts
 * as the weights inside it (GPTQ and AWQ pack 32 / bits into an I32, bitsandbytes and MXFP4 two into a U8) and the
 * quantiser's own tensors do not count. An output layer that is stored beside the embedding it is tied to counts once.
 */
export function countParameters(tensors: readonly Tensor[], packing?: Packing, tied = false): number {
  const total = tensors.reduce((sum, tensor) => sum + weightsIn(tensor, packing), 0n)
  return toExact(total - (tied ? storedTwice(tensors) : 0n))
}

function weightsIn(tensor: Tensor, packing: Packing | undefined): bigint {
  if (notLearnt.has(tensor.dtype)) return 0n
  const elements = elementsOf(tensor)
  if (packing === undefined) return elements
  if (bookkeeping.test(tensor.name)) return 0n
  const width = integerBits.get(tensor.dtype)
  const bits = packing.bits ?? (packing.method === 'mxfp4' ? 4 : undefined)
  const isPacked = width !== undefined && bits !== undefined && bits < width
  return isPacked ? (elements * BigInt(width)) / BigInt(bits) : elements
}

function storedTwice(tensors: readonly Tensor[]): bigint {
  const head = tensors.find(({ name }) => name === 'lm_head.weight')
  const embedding = tensors.find(({ name }) => /(^|\.)(embed_tokens|wte|word_embeddings|embed_in)\.weight$/.test(name))
  const same = head && embedding && head.shape.join() === embedding.shape.join()
  return same ? elementsOf(head) : 0n
}

/** A count of elements that exist on a disk always fits: 2^53 of them would need 1,000 TB at one bit each. */
export function toExact(count: bigint): number {
  const exact = Number(count)
  if (!Number.isSafeInteger(exact)) throw refuse('model', `its tensors hold ${count} numbers, which cannot be true.`)
  return exact
}

/** The element type that most bytes have: a model's own dtype is that of its large matrices, not of its norms. */
export function mainDtype(tensors: readonly Tensor[]): string | undefined {
  const bytes = new Map<string, number>()
  for (const { dtype, sizeBytes } of tensors) bytes.set(dtype, (bytes.get(dtype) ?? 0) + sizeBytes)
  return [...bytes].sort(([, a], [, b]) => b - a)[0]?.[0]
}
