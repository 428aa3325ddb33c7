import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import type { RunDetail } from '../../../../main/contract/runs.ts'

type Versions = Pick<DatasetDetail, 'version' | 'versions'>

/**
 * The part that was held out when the version was split off: a split writes its parts one after the other, the one for
 * training first. Test rows come before validation rows, which a run may have been steered by. Undefined for a version that is
 * no training part of a split.
 */
export function heldOutPart({ version, versions }: Versions): string | undefined {
  const later = versions.filter(each => each.version > version).sort((a, b) => a.version - b.version)
  const own = versions.find(each => each.version === version)
  if (own?.splitRole !== 'train') return undefined
  const end = later.findIndex(({ splitRole }) => splitRole === undefined || splitRole === 'train')
  const parts = end < 0 ? later : later.slice(0, end)
  return (parts.find(({ splitRole }) => splitRole === 'test') ?? parts[0])?.id
}

/** The run itself, where it held rows of its own data back that an evaluation can ask. */
export const rowsHeldBack = ({ id, facts }: Pick<RunDetail, 'id' | 'facts'>): { heldBack?: string } =>
  Number(facts.heldBackRows ?? 0) > 0 ? { heldBack: id } : {}
