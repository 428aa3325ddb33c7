import { createHash } from 'node:crypto'
import { type Block, type Cell, type Example, outlineOf, type Section } from './outline.ts'
import { visibleControls } from './render-markdown.ts'
import { formatScore, type Report, shorten } from './report.ts'

/** Text for element content and quoted attributes. Every text of the report goes through here, ours as well. */
const escapeHtml = (text: string): string =>
  visibleControls(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

const style = `
:root{color-scheme:light dark;--line:#d9dce3;--soft:#6b7280;--panel:#f6f7f9}
@media (prefers-color-scheme:dark){:root{--line:#363b45;--soft:#9aa3b2;--panel:#1d2127}}
body{font:15px/1.55 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:68rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top}
th{color:var(--soft);font-weight:500}td.number{text-align:right;white-space:nowrap}
meter{width:7rem;vertical-align:middle}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--panel);padding:.6rem .8rem;border-radius:.4rem;margin:.2rem 0 .8rem;unicode-bidi:plaintext}
details{border:1px solid var(--line);border-radius:.4rem;padding:.5rem .8rem;margin:.5rem 0}
summary{cursor:pointer}.note{color:var(--soft)}
@media print{details{break-inside:avoid}}
`

// No script at all, and of styles only the one above: should an escape ever fail, the browser still runs nothing.
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`

/** Somebody else's text: its direction stays its own. */
const foreign = (text: string): string => `<bdi>${escapeHtml(text)}</bdi>`

const strong = (text: string): string => `<strong>${escapeHtml(text)}</strong>`

function cell(content: Cell): string {
  if (typeof content === 'string') return escapeHtml(content)
  if ('text' in content) return foreign(content.text)
  if ('strong' in content) return strong(content.strong)
  const { score, unit } = content
  // A bar for fractions; the number stands beside it.
  const bar = unit === 'fraction' ? `<meter min="0" max="1" value="${score.toFixed(4)}"></meter> ` : ''
  return `${bar}${strong(formatScore(score, unit))}`
}

function example({ is, object, row, figure, parts }: Example): string {
  const title =
    is === 'answer'
      ? `${foreign(object)}, row ${row}: ${strong(figure)}`
      : `Row ${row}: ${strong(figure)} (${foreign(object)})`
  const shown = parts.map(
    ([label, text]) => `<p class="note">${escapeHtml(label)}</p><pre>${escapeHtml(shorten(text))}</pre>`,
  )
  return `<details><summary>${title}</summary>${shown.join('')}</details>`
}

function block(content: Block): string {
  if ('note' in content) return `<p class="note">${escapeHtml(content.note)}</p>`
  if ('list' in content) return `<ul>${content.list.map(item => `<li>${foreign(item)}</li>`).join('')}</ul>`
  if ('examples' in content) return content.examples.map(example).join('\n')
  const { head, rows, numbers } = content.table
  const cells = (row: readonly Cell[]) =>
    row.map((each, i) => `<td${numbers.includes(i) ? ' class="number"' : ''}>${cell(each)}</td>`).join('')
  return `<table><thead><tr>${head.map(title => `<th scope="col">${escapeHtml(title)}</th>`).join('')}</tr></thead><tbody>${rows.map(row => `<tr>${cells(row)}</tr>`).join('\n')}</tbody></table>`
}

const section = ({ title, blocks }: Section): string =>
  `<section><h2>${escapeHtml(title)}</h2>\n${blocks.map(block).join('')}</section>`

/** The report as one HTML file: no script, no request, light and dark, printable. */
export const renderHtml = (report: Report): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`Evaluation: ${report.evaluation.name}`)}</title>
<style>${style}</style>
</head>
<body>
<h1>Evaluation: ${foreign(report.evaluation.name)}</h1>
${outlineOf(report).map(section).join('\n')}
</body>
</html>
`
