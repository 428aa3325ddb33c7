/** What a header may claim before it is refused unread. An administrator may raise them; the defaults hold every known model. */
export type Limits = {
  /** Bytes of a safetensors header. The format itself allows 100 MB, which takes seconds to parse. */
  readonly safetensorsHeaderBytes: number
  /** Bytes from the start of a GGUF file to its first tensor: vocabulary and merges of the largest tokenizers need 40 MiB. */
  readonly ggufHeaderBytes: number
  readonly ggufKeys: number
  /** Tensors of one model over all its files. */
  readonly tensors: number
  /** Tokens or merges of one GGUF array. */
  readonly arrayStrings: number
  /** Bytes of a JSON file that is read whole (config, index, tokenizer settings). */
  readonly jsonBytes: number
  readonly chatTemplateBytes: number
  /** Fields of one ONNX file, and how deep its graphs may nest. */
  readonly onnxFields: number
  readonly onnxDepth: number
  /** Files of one model folder, and how deep they may lie. */
  readonly folderEntries: number
  readonly folderDepth: number
}

export const defaultLimits: Limits = {
  safetensorsHeaderBytes: 25_000_000,
  ggufHeaderBytes: 128 * 2 ** 20,
  ggufKeys: 10_000,
  tensors: 200_000,
  arrayStrings: 1_500_000,
  jsonBytes: 32 * 2 ** 20,
  chatTemplateBytes: 2 ** 20,
  onnxFields: 5_000_000,
  onnxDepth: 16,
  folderEntries: 20_000,
  folderDepth: 4,
}

/** What every reader is given: its limits, the caller's wish to stop, and a meter of the bytes it takes from the disk. */
export type Reading = {
  readonly limits: Limits
  readonly signal?: AbortSignal | undefined
  /** Called with the bytes of each read, so that a caller can watch or bound what an inspection costs. */
  readonly onRead?: ((sizeBytes: number) => void) | undefined
}
