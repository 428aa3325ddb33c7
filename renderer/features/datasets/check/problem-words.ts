import type { CheckProblem } from '../../../../main/contract/dataset-checks.ts'
import { useSaid } from '../../../lib/backend-words.ts'
import { useText } from '../../../lib/i18n.ts'
import { problemText } from './text.ts'

export type ProblemWords = { readonly title: string; readonly note: string }

/** What a problem is called in the language that is on; one that this page does not know comes in the backend's words. */
export function useProblemWords(): (problem: CheckProblem) => ProblemWords {
  const text: Readonly<Record<string, string>> = useText(problemText)
  const said = useSaid()
  return ({ code, message, remedy }) => ({
    title: text[code] ?? said(message),
    note: text[`${code}_note`] ?? said(remedy),
  })
}
