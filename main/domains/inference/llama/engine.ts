import type { LlamaEmbeddingContext, LlamaGrammar, Token } from 'node-llama-cpp'
import type {
  ChatMessage,
  DetokenizeRequest,
  EmbedAnswer,
  EmbedRequest,
  EngineConfig,
  GenerateRequest,
  TokenizeRequest,
  ToolDefinition,
} from '../../../contract/engine.ts'
import { AppError } from '../../../contract/errors.ts'
import type { ServedEngine } from '../engine-server.ts'
import { createTemplateRenderer } from './chat-template.ts'
import { generate } from './generate.ts'
import { grammarOfSchema, grammarOfText } from './grammar.ts'
import { type Loaded, loadModel } from './load.ts'
import { createSequencePool } from './sequences.ts'
import { createVocabulary, type Vocabulary } from './vocabulary.ts'

const maxEmbeddingContext = 4_096

/** Loads a GGUF model and serves it: what main/entry/llama-engine.ts puts behind the engine protocol. */
export async function createLlamaEngine(config: EngineConfig, log: (text: string) => void): Promise<ServedEngine> {
  const startedAtMs = performance.now()
  const loaded = await loadModel(config, log)
  const { model, contextLength } = loaded
  const vocabulary = vocabularyOf(loaded)
  const template = templateOf(loaded, config)
  const renderer = createTemplateRenderer()
  const pool = createSequencePool(loaded.sequences, config.maxQueue)
  const embedder = lazily(() => createEmbedder(loaded))

  const tokenizePrompt = (text: string): number[] => {
    const tokens: number[] = model.tokenize(text, true)
    const { bos, shouldPrependBosToken } = model.tokens
    return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens
  }

  // As with transformers, the template writes the beginning-of-sequence token where the model wants one.
  const tokenizeChat = async (messages: readonly ChatMessage[], tools: readonly ToolDefinition[] | undefined) => {
    const chatTemplate = templateFor(template, tools)
    const { bosString, eosString } = model.tokens
    const text = await renderer.render(chatTemplate, {
      messages,
      tools,
      bosToken: bosString ?? '',
      eosToken: eosString ?? '',
    })
    return model.tokenize(text, true)
  }

  const promptOf = async ({ tokens, prompt, messages, tools }: GenerateRequest): Promise<readonly number[]> => {
    if (tokens) return known(tokens, vocabulary)
    return messages ? tokenizeChat(messages, tools) : tokenizePrompt(prompt ?? '')
  }

  const grammarFor = async ({ jsonSchema, grammar }: GenerateRequest): Promise<LlamaGrammar | undefined> => {
    if (jsonSchema && grammar !== undefined)
      throw new AppError('invalid_input', 'Only one of jsonSchema and grammar can rule an answer.')
    if (jsonSchema) return grammarOfSchema(loaded.llama, jsonSchema)
    return grammar === undefined ? undefined : grammarOfText(loaded.llama, grammar)
  }

  return {
    facts: {
      contextLength,
      hasChatTemplate: typeof template === 'string',
      device: loaded.llama.gpu === false ? 'cpu' : config.device,
      threads: loaded.threads,
      parallel: config.parallel,
      can: loaded.context ? ['generate', 'embed'] : ['embed'],
      loadSeconds: (performance.now() - startedAtMs) / 1_000,
    },
    generate: async (request, { signal, onPrompt, onTokens }) => {
      if (!loaded.context) {
        throw new AppError('unsupported', 'This model embeds text; it cannot write any.', {
          hint: 'Use /v1/embeddings.',
        })
      }
      const [prompt, grammar] = await Promise.all([promptOf(request), grammarFor(request)])
      assertFits(prompt, request, contextLength)
      const { sequence, release } = await pool.acquire(prompt, signal)
      try {
        return await generate({
          loaded,
          vocabulary,
          sequence,
          prompt,
          request,
          grammar,
          signal,
          onTokens,
          onPrompt: (cached, tokens) =>
            onPrompt({ count: prompt.length, cached, ...(tokens && { tokens: [...tokens] }) }),
        })
      } finally {
        release()
      }
    },
    embed: async ({ inputs }: EmbedRequest, signal): Promise<EmbedAnswer> => {
      const embed = await embedder()
      const vectors: number[][] = []
      const tokens: number[] = []
      for (const input of inputs) {
        signal.throwIfAborted()
        const ids = typeof input === 'string' ? model.tokenize(input, true) : known(input, vocabulary)
        const { vector, count } = await embed(ids)
        vectors.push(vector)
        tokens.push(count)
      }
      return { vectors, tokens }
    },
    tokenize: async ({ text, messages, tools }: TokenizeRequest) =>
      messages ? tokenizeChat(messages, tools) : tokenizePrompt(text ?? ''),
    detokenize: async ({ tokens }: DetokenizeRequest) =>
      Buffer.concat(
        known(tokens, vocabulary).map(id => Buffer.from(vocabulary.pieceOf(id).bytes, 'base64')),
      ).toString(),
    load: () => ({ active: pool.active(), queued: pool.queued() }),
    idle: pool.idle,
    close: async () => {
      await renderer.close()
      await loaded.llama.dispose()
    },
  }
}

function vocabularyOf({ info, model }: Loaded): Vocabulary {
  const { ggml } = info.metadata.tokenizer
  return createVocabulary({
    model: ggml.model,
    tokens: ggml.tokens,
    types: ggml.token_type,
    detokenize: id => model.detokenize([id as Token], false),
  })
}

// The library aborts on ids that the model does not have.
function known(tokens: readonly number[], { size }: Vocabulary): readonly number[] {
  const stranger = tokens.find(id => !Number.isInteger(id) || id < 0 || id >= size)
  if (stranger !== undefined) {
    throw new AppError('invalid_input', `${stranger} is not a token id of this model, which has ${size} tokens.`, {
      hint: 'Use the tokenizer of the model that is served.',
    })
  }
  return tokens
}

function assertFits(prompt: readonly number[], { maxTokens, messages }: GenerateRequest, contextLength: number): void {
  if (prompt.length === 0)
    throw new AppError('invalid_input', 'The prompt has no tokens.', { hint: 'Write something.' })
  const longest = maxTokens === 0 ? contextLength : contextLength - 1
  if (prompt.length <= longest) return
  throw new AppError(
    'invalid_input',
    `The prompt has ${prompt.length} tokens; the context length of this deployment is ${contextLength}.`,
    {
      hint: messages
        ? 'Shorten the conversation, or deploy with a longer --context-length.'
        : 'Shorten the prompt, or deploy with a longer --context-length.',
    },
  )
}

type Template = string | { readonly missing: string }

function templateOf({ info }: Loaded, { chatTemplate }: EngineConfig): Template {
  if (chatTemplate !== undefined) return chatTemplate
  const own: unknown = info.metadata.tokenizer.chat_template
  if (own === undefined) return { missing: 'This model has no chat template: it is a base model that continues text.' }
  return typeof own === 'string' ? own : { missing: 'The chat template in this model’s file is not text.' }
}

function templateFor(template: Template, tools: readonly ToolDefinition[] | undefined): string {
  if (typeof template !== 'string') {
    throw new AppError('missing_requirement', template.missing, {
      hint: 'Use completions (/v1/completions), or set a template on the deployment: slipway inference update NAME --chat-template @file.',
    })
  }
  if (tools && tools.length > 0) {
    const says = (word: string) => template.includes(word)
    if (!says('tools')) {
      throw new AppError('unsupported', 'This model’s chat template does not know tools.', {
        hint: 'Serve a model that was trained to call tools, or leave tools out.',
      })
    }
    if (!says('<tool_call>')) {
      throw new AppError('unsupported', 'This model writes tool calls in a form that Slipway cannot read yet.', {
        hint: 'Models that write <tool_call>{…}</tool_call> work (Qwen, Hermes and their relatives).',
      })
    }
  }
  return template
}

type Embed = (tokens: readonly number[]) => Promise<{ vector: number[]; count: number }>

async function createEmbedder({ model, contextLength, threads }: Loaded): Promise<Embed> {
  const contextSize = Math.min(contextLength, maxEmbeddingContext)
  // Pooled models need the whole input in one batch.
  const context: LlamaEmbeddingContext = await model.createEmbeddingContext({
    contextSize,
    batchSize: contextSize,
    threads,
  })
  return async tokens => {
    const count = context.calculateInputLength([...tokens] as Token[])
    if (count >= contextSize) {
      throw new AppError(
        'invalid_input',
        `An input has ${count} tokens; this deployment embeds at most ${contextSize - 1} at once.`,
        {
          hint: 'Split the text, or deploy with a longer --context-length.',
        },
      )
    }
    const { vector } = await context.getEmbeddingFor([...tokens] as Token[])
    const length = Math.hypot(...vector)
    return { vector: length > 0 ? vector.map(value => value / length) : [...vector], count }
  }
}

const lazily = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
