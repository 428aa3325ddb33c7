import { Activity, Boxes, ChartNoAxesCombined, Database, FlaskConical, type LucideIcon, Route } from 'lucide-react'
import type { AssetKind, FoundAsset } from '../../../main/contract/search.ts'
import { datasetGlyph, datasetsText, kindText } from '../../features/datasets/text.ts'
import { deploymentGlyph, deploymentStateText } from '../../features/inference/deployment-words.ts'
import { formatNames, modelStateGlyph, modelsText } from '../../features/models/text.ts'
import { methodText } from '../../features/training/parameter-text.ts'
import { useText } from '../../lib/i18n.ts'
import { jobGlyph, jobKindText, jobStateText, useJobName } from '../../lib/job-words.ts'
import type { GlyphState } from '../../ui/Glyph.tsx'

/** Where each kind of asset is shown, and by which sign the rail knows it. */
export const assetPages: Record<AssetKind, { readonly page: string; readonly icon: LucideIcon }> = {
  model: { page: 'models', icon: Boxes },
  dataset: { page: 'datasets', icon: Database },
  run: { page: 'training', icon: ChartNoAxesCombined },
  evaluation: { page: 'evaluations', icon: FlaskConical },
  deployment: { page: 'deployments', icon: Route },
  job: { page: 'jobs', icon: Activity },
}

/** What is told of an asset: its name and facts as its own list has them, and how it does. */
export type AssetWords = {
  readonly name: string
  readonly note: string
  readonly status: { readonly glyph: GlyphState; readonly word: string } | undefined
}

/** Looks a word up that came over the wire: a newer backend may say what this window has no word for. */
const wordOf = (words: object, key: string | undefined): string | undefined =>
  key !== undefined && Object.hasOwn(words, key) ? String(words[key as keyof typeof words]) : undefined

/** Says what an asset is and how it does, in the words of its own list. */
export function useAssetWords(): (asset: FoundAsset) => AssetWords {
  const models = useText(modelsText)
  const datasets = useText(datasetsText)
  const kinds = useText(kindText)
  const methods = useText(methodText)
  const states = useText(jobStateText)
  const jobKinds = useText(jobKindText)
  const deployments = useText(deploymentStateText)
  const nameOfJob = useJobName()
  const sides: Record<
    AssetKind,
    { readonly states: object; readonly glyphs: Readonly<Record<string, GlyphState>>; readonly details: object }
  > = {
    model: { states: models, glyphs: modelStateGlyph, details: formatNames },
    dataset: { states: datasets, glyphs: datasetGlyph, details: kinds },
    run: { states, glyphs: jobGlyph, details: methods },
    evaluation: { states, glyphs: jobGlyph, details: {} },
    deployment: { states: deployments, glyphs: deploymentGlyph, details: {} },
    job: { states, glyphs: jobGlyph, details: jobKinds },
  }
  return asset => {
    const { kind, state, detail, version } = asset
    const side = sides[kind]
    const glyph = side.glyphs[state]
    return {
      name: kind === 'job' ? nameOfJob({ kind: detail as keyof typeof jobKindText, name: asset.name }) : asset.name,
      note: [version !== undefined && `v${version}`, wordOf(side.details, detail) ?? detail].filter(Boolean).join(' '),
      status: glyph && { glyph, word: wordOf(side.states, state) ?? state },
    }
  }
}
