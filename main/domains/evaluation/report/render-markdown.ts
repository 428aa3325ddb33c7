import { type Block, type Cell, type Example, outlineOf } from './outline.ts'
import { formatScore, type Report, shorten } from './report.ts'

/**
 * Text inside a Markdown line. Answers are hostile: no HTML, no link, no table cell may come out of them, in strict
 * renderers and in sloppy ones.
 */
const inline = (text: string): string =>
  visibleControls(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]#|!~:@]/g, '\\$&')
    .replace(/\s+/g, ' ')

/** Control and direction characters as their code: they could hide or turn around what is read. Line breaks and tabs stay. */
export const visibleControls = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu, character =>
      character === '\n' || character === '\t'
        ? character
        : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    )

/** A fence that is longer than any run of backticks in the text, so that the text cannot end it. */
const fenced = (text: string): string => {
  const shown = visibleControls(shorten(text))
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${shown}\n${fence}`
}

function cell(content: Cell): string {
  if (typeof content === 'string') return inline(content)
  if ('text' in content) return inline(content.text)
  return `**${'strong' in content ? content.strong : formatScore(content.score, content.unit)}**`
}

function example({ is, object, row, figure, parts }: Example): string {
  const title = is === 'answer' ? `${inline(object)}, row ${row}: ${figure}` : `Row ${row}: ${figure}`
  return `#### ${title}\n\n${parts.map(([label, text]) => `${inline(label)}:\n\n${fenced(text)}`).join('\n\n')}`
}

function block(content: Block): string {
  if ('note' in content) return content.note
  if ('list' in content) return content.list.map(item => `- ${inline(item)}`).join('\n')
  if ('examples' in content) return content.examples.map(example).join('\n\n')
  const { head, rows } = content.table
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(row => line(row.map(cell)))].join('\n')
}

/** The report as CommonMark with GitHub's tables. */
export const renderMarkdown = (report: Report): string =>
  `${[
    `# Evaluation: ${inline(report.evaluation.name)}`,
    ...outlineOf(report).flatMap(({ title, blocks }) => [`## ${inline(title)}`, ...blocks.map(block)]),
  ].join('\n\n')}\n`
