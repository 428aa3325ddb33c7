import type { CheckProblem } from '../../../../main/contract/dataset-checks.ts'

/** What can be done about a problem at once. */
export type Remedy = 'drop' | 'raise' | 'again' | 'more' | 'anyMethod'

/** Problems of single rows: a new version without those rows is free of them. */
const ofRows = new Set([
  'empty_turn',
  'empty_answer',
  'role_order',
  'late_system',
  'ends_unanswered',
  'same_answers',
  'same_scores',
  'duplicate',
  'near_duplicate',
  'leak',
])

const isOfRows = ({ code }: CheckProblem): boolean => ofRows.has(code) || code.startsWith('render_')

/**
 * The remedies of a problem, the best first.
 * @param allRows how many rows the version has: leaving all of them out repairs nothing
 */
export function remediesOf(problem: CheckProblem, allRows: number): readonly Remedy[] {
  const isWhole = problem.count >= allRows
  switch (problem.code) {
    case 'wrong_kind':
      return ['anyMethod', 'again']
    case 'truncated':
      return ['raise']
    case 'too_long':
      return isWhole ? ['raise'] : ['raise', 'drop']
    case 'few_rows':
    case 'label_balance':
      return ['more']
    // Told of single rows by their weights, and of the set as a whole by the tokenizer.
    case 'nothing_learned':
      return isWhole ? ['again'] : ['drop']
    default:
      return isOfRows(problem) ? (isWhole ? ['again'] : ['drop']) : []
  }
}

/** Codes of all that is worth repairing at once: errors and warnings that are of single rows. */
export const droppable = (problems: readonly CheckProblem[], allRows: number): readonly CheckProblem[] =>
  problems.filter(
    problem => problem.severity !== 'note' && remediesOf(problem, allRows)[0] === 'drop' && problem.code !== 'too_long',
  )
