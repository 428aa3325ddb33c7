import type { LucideIcon } from 'lucide-react'
import { fuzzyMatch } from '../../../main/contract/fuzzy.ts'
import type { AssetKind } from '../../../main/contract/search.ts'
import type { GlyphState } from '../../ui/Glyph.tsx'

/** In the order in which groups stand when none of them answers better than another. */
export const itemGroups = [
  'commands',
  'places',
  'model',
  'dataset',
  'run',
  'evaluation',
  'deployment',
  'environment',
  'conversation',
  'job',
  'key',
] as const satisfies readonly (AssetKind | string)[]
export type ItemGroup = (typeof itemGroups)[number]

/** One line of the palette. */
export type Item = {
  /** Unique among all items. */
  readonly key: string
  readonly group: ItemGroup
  readonly name: string
  readonly icon: LucideIcon
  /** Facts beside the name. */
  readonly note?: string | undefined
  /** How it does, at the end of the line. */
  readonly status?: { readonly glyph: GlyphState; readonly word: string } | undefined
  /** The keys that do the same. */
  readonly keys?: string | undefined
  /** The same on the command line, without the program's name. */
  readonly cli?: string | undefined
  /** What else it answers to: its name in the other language, what it holds. */
  readonly also?: readonly string[]
  /** Why it is closed to whoever sits here. */
  readonly lack?: string | undefined
  readonly run: () => void
}

/** An item that answers what was typed, and which characters of its name were meant. */
export type Ranked = { readonly item: Item; readonly at: readonly number[] }

type Scored = Ranked & { readonly rank: number }

/** What an item answers to besides its name counts less than the same in the name of another. */
const alsoWeight = 0.9

/**
 * The items that answer a query. Groups stay together; the one with the best answer comes first, and within a group
 * better answers come before others, and equals in the order given. Without a query: everything, as given.
 */
export function rankItems(items: readonly Item[], query: string): readonly Ranked[] {
  if (query === '') return items.map(item => ({ item, at: [] }))
  const scored = items.flatMap(item => score(item, query) ?? []).sort((a, b) => b.rank - a.rank)
  const order = [...new Set(scored.map(({ item }) => item.group))]
  const bestOf = (group: ItemGroup) => scored.find(({ item }) => item.group === group)?.rank ?? 0
  order.sort((a, b) => bestOf(b) - bestOf(a) || itemGroups.indexOf(a) - itemGroups.indexOf(b))
  return order.flatMap(group => scored.filter(({ item }) => item.group === group))
}

function score(item: Item, query: string): Scored | undefined {
  const own = fuzzyMatch(query, item.name)
  const others = [item.cli ?? '', ...(item.also ?? [])].map(text => fuzzyMatch(query, text)?.score ?? 0)
  const other = Math.max(0, ...others) * alsoWeight
  if (!own && other === 0) return undefined
  const isOwn = (own?.score ?? 0) >= other
  return { item, at: isOwn ? (own?.at ?? []) : [], rank: Math.floor((isOwn ? (own?.score ?? 0) : other) * 10) }
}
