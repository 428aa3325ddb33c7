import type { RenderedRow } from '../../../../main/contract/dataset-checks.ts'

/** Consecutive tokens of one kind, with the texts of each. */
export type Run = {
  readonly kind: 'special' | 'learned' | 'context'
  readonly isLearned: boolean
  /** Spans of text: what one token spells, or several that share a character. */
  readonly texts: readonly string[]
}

/** Tokens joined into what is drawn alike. A special token stands alone; a token that spells nothing joins the next. */
export function runsOf({ pieces, parts }: Pick<RenderedRow, 'pieces' | 'parts'>): readonly Run[] {
  if (!pieces)
    return parts.map(({ text, learned }) => ({
      kind: learned ? 'learned' : 'context',
      isLearned: learned,
      texts: [text],
    }))
  const runs: { kind: Run['kind']; isLearned: boolean; texts: string[] }[] = []
  for (const { text, learned, special } of pieces) {
    const kind = special ? 'special' : learned ? 'learned' : 'context'
    const last = runs.at(-1)
    if (last && last.kind === kind && kind !== 'special') last.texts.push(text)
    else runs.push({ kind, isLearned: learned, texts: [text] })
  }
  return runs.map(run => ({ ...run, texts: run.texts.filter(text => text !== '') }))
}
