import type { EvaluationDetail, ResultRow } from '../../../contract/evaluation.ts'
import { renderHtml } from './render-html.ts'
import { renderMarkdown } from './render-markdown.ts'
import { buildReport } from './report.ts'

/** The report of an evaluation as text: JSON with every answer, Markdown or HTML with the telling ones. */
export const renderReport = (
  format: 'json' | 'md' | 'html',
  evaluation: EvaluationDetail,
  rows: ReadonlyMap<string, readonly ResultRow[]>,
): string => {
  const report = buildReport(evaluation, rows)
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`
    case 'md':
      return renderMarkdown(report)
    case 'html':
      return renderHtml(report)
    default:
      return format satisfies never
  }
}
