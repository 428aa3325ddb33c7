import type { Job } from '../../main/contract/jobs.ts'
import { bytes, duration, number } from './format.ts'
import type { Language } from './view.ts'

/** What a job's progress says in figures: share, done of total, rate, time left; each undefined where it is not known. */
export type ProgressWords = {
  readonly share?: number
  readonly done?: string
  readonly rate?: string
  readonly left?: string
}

/** What jobs count, in Chinese; in English they say it themselves. */
const chineseUnits: ReadonlyMap<string, string> = new Map([
  ['steps', '步'],
  ['rows', '行'],
  ['files', '个文件'],
  ['packages', '个包'],
  ['items', '项'],
  ['tensors', '个张量'],
])

export function progressWords({ progress }: Pick<Job, 'progress'>, language: Language): ProgressWords {
  if (!progress) return {}
  const { done, total, unit, ratePerSecond, secondsLeft } = progress
  const amount = (value: number) => (unit === 'bytes' ? bytes(value) : number(value))
  const word = language === 'zh' ? (chineseUnits.get(unit) ?? unit) : unit
  const unitAfter = unit === 'bytes' ? '' : ` ${word}`
  return {
    ...(total !== undefined && total > 0 && { share: Math.min(1, done / total) }),
    done: total === undefined ? `${amount(done)}${unitAfter}` : `${amount(done)} / ${amount(total)}${unitAfter}`,
    ...(ratePerSecond !== undefined &&
      ratePerSecond > 0 && {
        rate:
          unit === 'bytes'
            ? `${bytes(ratePerSecond)}/s`
            : `${number(ratePerSecond, ratePerSecond < 10 ? 1 : 0)} ${word}/${language === 'zh' ? '秒' : 's'}`,
      }),
    ...(secondsLeft !== undefined && { left: duration(secondsLeft, language) }),
  }
}
