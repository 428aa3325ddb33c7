import { fuzzyMatch } from '../../contract/fuzzy.ts'
import type { Handlers } from '../../contract/method.ts'
import type { AssetKind, FoundAsset, search } from '../../contract/search.ts'
import type { Findable, Named } from '../../platform/db/named.ts'

/** How many of one kind are weighed against each other: the newest of what answers at all. */
const candidatesPerKind = 200
/** Of each kind at least so many are told before another kind fills the answer. */
const surePerKind = 4
const maxWords = 10

type Candidate = Named & { readonly source: Findable; readonly selector?: string; readonly score: number }

/** One search over the names of everything that domains have; `sources` in the order in which equals are told. */
export function createSearch({ sources }: { readonly sources: readonly Findable[] }): {
  readonly handlers: Handlers<typeof search>
} {
  const named = (source: Findable, text: string, selector?: string): readonly Candidate[] =>
    source.named(text.split(/\s+/).filter(Boolean).slice(0, maxWords), candidatesPerKind).flatMap(each => {
      const score = fuzzyMatch(text, each.name)?.score
      return score === undefined ? [] : [{ ...each, source, score, ...(selector && { selector }) }]
    })

  const find = (q: string, kinds: readonly AssetKind[], limit: number): readonly FoundAsset[] => {
    const asked = sources.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    const byId = asked.flatMap(source => source.tell(q) ?? [])
    if (byId.length > 0) return byId
    // `name@2`, `name@best`; a name may have an @ of its own.
    const [, name = '', selector = ''] = /^(.*\S)@(\S*)$/.exec(q) ?? []
    const candidates = asked.flatMap(source => [
      ...named(source, q),
      ...(name === '' ? [] : named(source, name, selector)),
    ])
    return told(candidates.sort(byRank), limit)
  }

  return { handlers: { find: async ({ q, kind, limit }) => ({ items: [...find(q, kind, limit)] }) } }
}

/** Better answers first; among equals the newest, for ids grow with time. Of letters that lie apart, a tenth is as good. */
const byRank = (a: Candidate, b: Candidate): number =>
  rankOf(b) - rankOf(a) || (ageOf(a.id) < ageOf(b.id) ? 1 : ageOf(a.id) > ageOf(b.id) ? -1 : 0)
const rankOf = ({ score }: Candidate): number => Math.floor(score * 10)
const ageOf = (id: string): string => id.slice(id.indexOf('_') + 1)

/** The best of each kind, then the best of all, in the order of their rank. What is gone meanwhile is left out. */
function told(ranked: readonly Candidate[], limit: number): readonly FoundAsset[] {
  const seen = new Set<string>()
  const chosen = new Map<Candidate, FoundAsset>()
  const take = (candidates: readonly Candidate[]) => {
    for (const each of candidates) {
      if (chosen.size >= limit) return
      if (chosen.has(each)) continue
      const asset = each.source.tell(each.id, each.selector)
      if (!asset || seen.has(`${asset.kind} ${asset.id}`)) continue
      seen.add(`${asset.kind} ${asset.id}`)
      chosen.set(each, asset)
    }
  }
  const counts = new Map<AssetKind, number>()
  take(
    ranked.filter(({ source: { kind } }) => {
      const count = (counts.get(kind) ?? 0) + 1
      counts.set(kind, count)
      return count <= surePerKind
    }),
  )
  take(ranked)
  return ranked.flatMap(each => chosen.get(each) ?? [])
}
