/** How the next token is chosen; the fields of `GenerateRequest`. */
export type Sampling = {
  readonly temperature: number
  readonly topP: number
  readonly topK: number
  readonly minP: number
  readonly repetitionPenalty: number
  readonly presencePenalty: number
  readonly frequencyPenalty: number
  readonly logitBias: ReadonlyMap<number, number>
}

/** A uniform number in [0, 1). Mulberry32: small, and the same everywhere for one seed. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * Chooses a token from raw logits in llama.cpp's order: bias, penalties, top-k, top-p, min-p, temperature. `logits`
 * may be a part of the vocabulary, if it holds every candidate that can survive (see `candidatesNeeded`).
 */
export function sample(
  logits: ReadonlyMap<number, number>,
  sampling: Sampling,
  history: { readonly prompt: ReadonlySet<number>; readonly completion: ReadonlyMap<number, number> },
  random: () => number,
): number {
  const adjusted: (readonly [id: number, logit: number])[] = []
  for (const [id, raw] of logits) adjusted.push([id, penalised(id, raw, sampling, history)])
  adjusted.sort((a, b) => b[1] - a[1])
  const best = adjusted[0]
  if (!best) throw new Error('no candidates to sample from')
  if (sampling.temperature <= 0) return best[0]
  const kept = minP(topP(sampling.topK > 0 ? adjusted.slice(0, sampling.topK) : adjusted, sampling.topP), sampling.minP)
  const weights = kept.map(([, logit]) => Math.exp((logit - best[1]) / sampling.temperature))
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0)
  for (let i = 0; i < kept.length; i += 1) {
    rest -= weights[i] ?? 0
    if (rest < 0) return kept[i]?.[0] ?? best[0]
  }
  return kept.at(-1)?.[0] ?? best[0]
}

/**
 * How many of the highest raw logits are needed beside the adjusted tokens' own, so that `sample` is exact: every
 * adjusted token can push one other token down. `all` when nothing bounds the candidates.
 */
export const candidatesNeeded = (sampling: Sampling, adjustedTokens: number): number | 'all' => {
  if (sampling.temperature <= 0) return adjustedTokens + 1
  return sampling.topK > 0 ? sampling.topK + adjustedTokens : 'all'
}

function penalised(
  id: number,
  raw: number,
  { logitBias, repetitionPenalty, presencePenalty, frequencyPenalty }: Sampling,
  { prompt, completion }: { readonly prompt: ReadonlySet<number>; readonly completion: ReadonlyMap<number, number> },
): number {
  let logit = raw + (logitBias.get(id) ?? 0)
  const times = completion.get(id) ?? 0
  if (repetitionPenalty !== 1 && (times > 0 || prompt.has(id)))
    logit = logit <= 0 ? logit * repetitionPenalty : logit / repetitionPenalty
  if (times > 0) logit -= times * frequencyPenalty + presencePenalty
  return logit
}

type Candidates = readonly (readonly [id: number, logit: number])[]

// Sorted by falling logit: keeps the shortest prefix that holds at least `limit` of the probability.
function topP(candidates: Candidates, limit: number): Candidates {
  const highest = candidates[0]?.[1]
  if (limit >= 1 || highest === undefined) return candidates
  const total = candidates.reduce((sum, [, logit]) => sum + Math.exp(logit - highest), 0)
  let reached = 0
  for (let i = 0; i < candidates.length; i += 1) {
    reached += Math.exp((candidates[i]?.[1] ?? Number.NEGATIVE_INFINITY) - highest) / total
    if (reached >= limit) return candidates.slice(0, i + 1)
  }
  return candidates
}

function minP(candidates: Candidates, limit: number): Candidates {
  const highest = candidates[0]?.[1]
  if (limit <= 0 || highest === undefined) return candidates
  const least = highest + Math.log(limit)
  return candidates.filter(([, logit]) => logit >= least)
}
