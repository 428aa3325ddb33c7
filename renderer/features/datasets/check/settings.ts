import type { Inputs } from '../../../../main/contract/index.ts'

type Query = Readonly<Record<string, string | undefined>>
export const checkMethods = ['sft', 'pretrain', 'dpo', 'kto'] as const
export type CheckMethod = (typeof checkMethods)[number]

/** What rows are looked at with, as the address says it. */
export type CheckSettings = {
  readonly model: string | undefined
  readonly method: CheckMethod | undefined
  /** Tokens. */
  readonly maxSequenceLength: number | undefined
  /** The held-out version that must share no question. */
  readonly against: string | undefined
}

const shortest = 16
const longest = 1_048_576

export function settingsOf(query: Query): CheckSettings {
  const max = Number(query.max)
  return {
    model: query.model || undefined,
    method: checkMethods.find(each => each === query.method),
    maxSequenceLength: Number.isInteger(max) && max >= shortest && max <= longest ? max : undefined,
    against: query.against || undefined,
  }
}

/** The same without what is not set, as the backend takes it. */
export const inputOf = ({ model, method, maxSequenceLength, against }: CheckSettings) =>
  ({
    ...(model !== undefined && { model }),
    ...(method !== undefined && { method }),
    ...(maxSequenceLength !== undefined && { maxSequenceLength }),
    ...(against !== undefined && { against }),
  }) satisfies Omit<Inputs['datasets']['check'], 'id'>
