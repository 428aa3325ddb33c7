/** What a file of a model is for. */
export type FileRole =
  | 'weights'
  | 'index'
  | 'config'
  | 'tokenizer'
  | 'chat-template'
  | 'licence'
  | 'card'
  | 'code'
  | 'other'

export type ModelFile = {
  /** Relative to the model's folder, with forward slashes; the file's own name for a single file. */
  readonly path: string
  /** Where the bytes are: absolute, without symbolic links. */
  readonly location: string
  readonly sizeBytes: number
  readonly role: FileRole
}

/** Why a file is never loaded by Slipway's own processes: it can run code of its author. */
export type CodeFinding = { readonly path: string; readonly reason: string }

export type Tensor = {
  readonly name: string
  /** As its format spells it: `BF16`, `Q4_K`, `FLOAT16` … */
  readonly dtype: string
  /** Outermost dimension first, as PyTorch prints it (GGUF files store it the other way round). */
  readonly shape: readonly number[]
  readonly sizeBytes: number
  /** The file that holds it, relative to the model. */
  readonly file: string
}

/** The sizes that a memory plan needs. Absent: the files do not say. */
export type Dimensions = {
  readonly contextLength?: number | undefined
  readonly layers?: number | undefined
  readonly hiddenSize?: number | undefined
  readonly heads?: number | undefined
  readonly kvHeads?: number | undefined
  /** Size of one attention head; `hiddenSize / heads` unless the model says otherwise. */
  readonly headSize?: number | undefined
  readonly feedForwardSize?: number | undefined
  readonly vocabSize?: number | undefined
  readonly experts?: number | undefined
  readonly expertsPerToken?: number | undefined
  readonly slidingWindow?: number | undefined
  readonly tiedEmbeddings?: boolean | undefined
}

export type Quantisation = {
  /** `Q4_K_M`, `gptq`, `awq`, `bitsandbytes` … */
  readonly method: string
  /** Average stored bits per weight of the whole model. */
  readonly bitsPerWeight?: number | undefined
}

type Common = {
  /** What was inspected, absolute: the folder or the (first) file. */
  readonly path: string
  /** What the model calls itself, else what its files are called. */
  readonly name: string
  readonly files: readonly ModelFile[]
  readonly sizeBytes: number
  readonly weightsBytes: number
  /** As the format names it: `LlamaForCausalLM`, `llama`. */
  readonly architecture?: string | undefined
  /** The weights' element type that most parameters have. */
  readonly dtype?: string | undefined
  readonly quantisation?: Quantisation | undefined
  readonly dimensions: Dimensions
  /** SPDX-like identifier or the name its card gives. */
  readonly licence?: string | undefined
  /** Jinja source, at most 1 MB. Text from outside: render it only without host objects, with a time limit. */
  readonly chatTemplate?: string | undefined
  readonly containsCode: readonly CodeFinding[]
  readonly warnings: readonly string[]
}

/** Exact count of trainable numbers, counted from tensor shapes; weights packed by a quantiser count as what they stand for. */
type Counted = { readonly parameterCount: number; readonly tensorCount: number }

export type SafetensorsFacts = Common & Counted & { readonly format: 'safetensors' }
export type GgufFacts = Common &
  Counted & {
    readonly format: 'gguf'
    readonly version: number
    /** `projector`: the vision or audio half of another model; `vocabulary`: a tokenizer without weights. */
    readonly purpose: 'model' | 'projector' | 'vocabulary'
    /** Jinja templates beside the default one, by name (`rerank`, `tool_use`). */
    readonly chatTemplates: Readonly<Record<string, string>>
  }
export type OnnxFacts = Common &
  Counted & {
    readonly format: 'onnx'
    /** Operator sets by domain; '' is the standard one. */
    readonly operatorSets: Readonly<Record<string, number>>
  }
export type AdapterFacts = Common &
  Counted & {
    readonly format: 'adapter'
    readonly container: 'safetensors' | 'gguf'
    /** `LORA` … */
    readonly method: string
    readonly rank?: number | undefined
    readonly alpha?: number | undefined
    /** Module names, or one regular expression. */
    readonly targets: readonly string[]
    /** The base model as the adapter names it: a Hub name or a path on its author's machine. */
    readonly baseModel?: string | undefined
  }
/** Weights that can only be read by running code: listed, never loaded. */
export type PickleFacts = Common & { readonly format: 'pickle' }

/** Everything that a model's files say about it, read without loading it. */
export type ModelFacts = SafetensorsFacts | GgufFacts | OnnxFacts | AdapterFacts | PickleFacts
export type ModelFormat = ModelFacts['format']
