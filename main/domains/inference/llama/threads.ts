import type { LlamaModel } from 'node-llama-cpp'

const stepsPerCount = 6
const budgetMsPerCount = 600

/** 1, half and all of the processors that were granted: the candidates of a measurement. */
export const threadCandidates = (available: number): readonly number[] =>
  [...new Set([1, Math.max(1, Math.floor(available / 2)), Math.max(1, available)])].sort((a, b) => a - b)

/**
 * The thread count with which this model generates fastest on this machine, measured over a few tokens. The library's
 * own default (at least 4) ran a hundred times slower than the best on a small machine (engines.md 0.5), and a tiny
 * model is fastest with one thread however many processors there are.
 */
export async function fastestThreads(model: LlamaModel, available: number): Promise<number> {
  const candidates = threadCandidates(available)
  if (candidates.length === 1) return candidates[0] ?? 1
  let best = { threads: 1, perTokenMs: Number.POSITIVE_INFINITY }
  for (const threads of candidates) {
    const perTokenMs = await measure(model, threads)
    // More threads must earn their place: they are taken from whatever else runs here.
    if (perTokenMs < best.perTokenMs * 0.95) best = { threads, perTokenMs }
  }
  return best.threads
}

async function measure(model: LlamaModel, threads: number): Promise<number> {
  const context = await model.createContext({
    contextSize: 256,
    sequences: 1,
    threads: { ideal: threads, min: threads },
  })
  try {
    const sequence = context.getSequence()
    const token = model.tokens.bos ?? model.tokens.eos ?? model.tokenize('a')[0]
    if (token === undefined || token === null) return Number.POSITIVE_INFINITY
    await sequence.evaluateWithoutGeneratingNewTokens([token, token]) // the first evaluation pays for allocations
    let fastestMs = Number.POSITIVE_INFINITY
    const beganAtMs = performance.now()
    for (let step = 0; step < stepsPerCount && performance.now() - beganAtMs < budgetMsPerCount; step += 1) {
      const stepAtMs = performance.now()
      await sequence.evaluateWithoutGeneratingNewTokens([token])
      fastestMs = Math.min(fastestMs, performance.now() - stepAtMs)
    }
    return fastestMs
  } finally {
    await context.dispose()
  }
}
