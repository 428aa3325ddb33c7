import {
  type LlamaContextSequence,
  type LlamaGrammar,
  LlamaGrammarEvaluationState,
  type Token,
  TokenBias,
} from 'node-llama-cpp'
import type { DoneReport, GenerateRequest, TokenPiece } from '../../../contract/engine.ts'
import { AppError } from '../../../contract/errors.ts'
import type { Loaded } from './load.ts'
import { candidatesNeeded, createRandom, type Sampling, sample } from './sampling.ts'
import type { Vocabulary } from './vocabulary.ts'

type Positions = Parameters<LlamaContextSequence['controlledEvaluate']>[0]
type PositionOptions = Exclude<Positions[number], number>[1]
type PositionResult = Awaited<ReturnType<LlamaContextSequence['controlledEvaluate']>>[number]

export type Job = {
  readonly loaded: Loaded
  readonly vocabulary: Vocabulary
  readonly sequence: LlamaContextSequence
  readonly prompt: readonly number[]
  readonly request: GenerateRequest
  readonly grammar: LlamaGrammar | undefined
  readonly signal: AbortSignal
  readonly onPrompt: (cached: number, tokens: readonly TokenPiece[] | undefined) => void
  readonly onTokens: (pieces: readonly TokenPiece[]) => void
}

// Long prompts are evaluated in parts, so that a request which nobody waits for any more stops in between.
const promptPartTokens = 512
// Sampling that leaves llama.cpp's logits as the model gave them.
const untouched = { temperature: 0, topK: 0, topP: 1, minP: 0 } as const

/**
 * Runs one request on one sequence. The library batches what its sequences ask for at the same time; here each
 * request is a plain loop. Ends with `cancelled` after the token in flight when the signal is aborted.
 */
export async function generate(job: Job): Promise<DoneReport> {
  const { prompt, request, sequence, signal, loaded } = job
  const room = loaded.contextLength - prompt.length
  const limit = Math.min(request.maxTokens ?? room, room)
  const report = (reason: DoneReport['reason'], completionTokens: number): DoneReport => ({
    reason,
    promptTokens: prompt.length,
    completionTokens,
  })

  const wantsPromptLogprobs = request.echo && request.logprobs !== undefined
  // Cached tokens have no logits any more: their log-probabilities need a fresh evaluation.
  const kept = wantsPromptLogprobs ? [] : prompt.slice(0, -1)
  await sequence.adaptStateToTokens([...kept] as Token[], false)
  const cached = sequence.nextTokenIndex
  const echoed = await evaluatePrompt(job, cached, wantsPromptLogprobs)
  if (signal.aborted) return report('cancelled', 0)
  job.onPrompt(cached, request.echo ? echoed : undefined)
  if (limit === 0) return report('length', 0)

  const last = prompt.at(-1)
  if (last === undefined) throw new Error('a prompt has at least one token')
  const tokens = needsOwnSampling(job) ? sampledHere(job, last) : sampledNatively(job, last)
  let completionTokens = 0
  for await (const piece of tokens) {
    completionTokens += 1
    job.onTokens([piece])
    if (completionTokens >= limit) return report('length', completionTokens)
    if (signal.aborted) return report('cancelled', completionTokens)
  }
  return report(signal.aborted ? 'cancelled' : 'stop', completionTokens)
}

// Everything but the last token, which the generation loop evaluates itself.
async function evaluatePrompt(
  { prompt, sequence, signal, request, vocabulary }: Job,
  cached: number,
  withLogprobs: boolean,
): Promise<readonly TokenPiece[]> {
  const pieces: TokenPiece[] = request.echo ? prompt.map(vocabulary.pieceOf) : []
  const top = request.logprobs ?? 0
  for (let from = cached; from < prompt.length - 1 && !signal.aborted; from += promptPartTokens) {
    const part = prompt.slice(from, Math.min(from + promptPartTokens, prompt.length - 1)) as Token[]
    if (!withLogprobs) {
      await sequence.evaluateWithoutGeneratingNewTokens(part)
      continue
    }
    const results = await sequence.controlledEvaluate(
      part.map((token, i) => [token, optionsFor([prompt[from + i + 1] ?? 0], top)]),
    )
    for (const [i, result] of results.entries()) {
      const position = from + i + 1
      const next = prompt[position]
      if (next !== undefined) pieces[position] = pieceWith(vocabulary, next, readLogits(result), top)
    }
  }
  return pieces
}

// llama.cpp's own samplers are fast, but tell only the distribution after sampling; raw log-probabilities, and
// penalties with different reach, need the logits themselves.
const needsOwnSampling = ({ request, grammar, loaded }: Job): boolean => {
  const hasBothPenalties =
    request.repetitionPenalty !== 1 && (request.presencePenalty !== 0 || request.frequencyPenalty !== 0)
  if (grammar !== undefined) {
    if (hasBothPenalties) {
      throw new AppError(
        'unsupported',
        'A grammar with a repetition penalty and a presence or frequency penalty is not supported.',
        {
          hint: 'Use one kind of penalty.',
        },
      )
    }
    return false
  }
  // The library drops a bias on end tokens; asking a model not to stop is what people use it for.
  const hasEndBias = Object.keys(request.logitBias ?? {}).some(id => loaded.model.isEogToken(Number(id) as Token))
  return request.logprobs !== undefined || hasBothPenalties || hasEndBias
}

async function* sampledNatively(job: Job, last: number): AsyncGenerator<TokenPiece> {
  const { request, sequence, vocabulary, grammar, loaded } = job
  const punished: number[] = request.repetitionPenalty === 1 ? [] : [...job.prompt]
  const options = {
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    minP: request.minP,
    seed: seedOf(request.seed),
    yieldEogToken: request.ignoreEos,
    repeatPenalty: {
      punishTokens: () => punished as Token[],
      maxPunishTokens: loaded.contextLength,
      penalty: request.repetitionPenalty,
      presencePenalty: request.presencePenalty,
      frequencyPenalty: request.frequencyPenalty,
    },
    ...(request.logitBias && { tokenBias: biasOf(job, request.logitBias) }),
    ...(grammar && { grammarEvaluationState: new LlamaGrammarEvaluationState({ model: loaded.model, grammar }) }),
  }
  if (request.logprobs === undefined) {
    for await (const token of sequence.evaluate([last as Token], options)) {
      punished.push(token)
      yield vocabulary.pieceOf(token)
    }
    return
  }
  // Under a grammar the log-probabilities are those of the distribution that the grammar leaves.
  for await (const { token, probabilities } of sequence.evaluateWithMetadata(
    [last as Token],
    { probabilities: true },
    options,
  )) {
    punished.push(token)
    const ranked = [...probabilities].slice(0, request.logprobs)
    yield {
      ...vocabulary.pieceOf(token),
      logprob: Math.log(probabilities.get(token) ?? 0) || leastLogprob,
      top: ranked.map(([id, probability]) => ({
        ...vocabulary.pieceOf(id),
        logprob: Math.log(probability) || leastLogprob,
      })),
    }
  }
}

async function* sampledHere(job: Job, last: number): AsyncGenerator<TokenPiece> {
  const { request, sequence, vocabulary, loaded } = job
  const logitBias = new Map(Object.entries(request.logitBias ?? {}).map(([id, bias]) => [Number(id), bias]))
  const sampling: Sampling = { ...request, logitBias }
  const random = createRandom(seedOf(request.seed))
  const isPenalised = request.repetitionPenalty !== 1 || request.presencePenalty !== 0 || request.frequencyPenalty !== 0
  const prompt = new Set(request.repetitionPenalty === 1 ? [] : job.prompt)
  const completion = new Map<number, number>()
  const top = request.logprobs ?? 0
  let current = last
  while (!job.signal.aborted) {
    const adjusted = [...new Set([...logitBias.keys(), ...prompt, ...(isPenalised ? completion.keys() : [])])]
    const need = candidatesNeeded(sampling, adjusted.length)
    const options = need === 'all' ? optionsForAll : optionsFor(adjusted, Math.max(need, top))
    const [result] = await sequence.controlledEvaluate([[current as Token, options]])
    const logits = readLogits(result)
    const chosen = sample(logits.logits, sampling, { prompt, completion }, random)
    if (!request.ignoreEos && loaded.model.isEogToken(chosen as Token)) return
    completion.set(chosen, (completion.get(chosen) ?? 0) + 1)
    yield request.logprobs === undefined ? vocabulary.pieceOf(chosen) : pieceWith(vocabulary, chosen, logits, top)
    current = chosen
  }
}

// JSON has no infinity: what cannot happen is written as the least finite figure.
const leastLogprob = -9999

const optionsForAll: PositionOptions = { generateNext: { logits: true, totalLogitWeight: true, options: untouched } }

// Asking for more than the best logit makes llama.cpp sort the vocabulary; the greedy choice is the best one for free.
const optionsFor = (tokens: readonly number[], top: number): PositionOptions => ({
  generateNext: {
    logits: {
      filter: { tokens: tokens as Token[], ...(top > 1 ? { includeTop: top } : { includeSelected: true }) },
    },
    totalLogitWeight: true,
    options: untouched,
  },
})

type Logits = { readonly logits: ReadonlyMap<number, number>; readonly logTotal: number }

function readLogits(result: PositionResult): Logits {
  const logits = result?.next.logits
  const weight = result?.next.totalLogitWeight
  if (!logits || weight === undefined) throw new Error('the library returned no logits')
  let highest = Number.NEGATIVE_INFINITY
  for (const logit of logits.values()) highest = Math.max(highest, logit)
  // totalLogitWeight is the sum of exp(logit - highest) over the vocabulary.
  return { logits, logTotal: highest + Math.log(weight) }
}

function pieceWith(vocabulary: Vocabulary, id: number, { logits, logTotal }: Logits, top: number): TokenPiece {
  const logprobOf = (logit: number | undefined) =>
    logit === undefined || !Number.isFinite(logit) ? leastLogprob : logit - logTotal
  const ranked = [...logits].sort((a, b) => b[1] - a[1]).slice(0, top)
  return {
    ...vocabulary.pieceOf(id),
    logprob: logprobOf(logits.get(id)),
    top: ranked.map(([other, logit]) => ({ ...vocabulary.pieceOf(other), logprob: logprobOf(logit) })),
  }
}

// 31 bits: the library takes no negative seeds, and llama.cpp reads 2^32 - 1 as "any".
const seedOf = (seed: number | undefined): number =>
  seed === undefined ? Math.floor(Math.random() * 0x7fff_ffff) : Number(BigInt.asUintN(31, BigInt(seed)))

function biasOf({ loaded }: Job, biases: Readonly<Record<string, number>>): TokenBias {
  const bias = TokenBias.for(loaded.model)
  for (const [id, logit] of Object.entries(biases)) bias.set(Number(id) as Token, { logit })
  return bias
}
