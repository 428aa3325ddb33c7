import { createHash } from 'node:crypto'
import { visibleControls } from './render-markdown.ts'
import { formatDifference, formatScore, type Report, type ReportMetric, settingsOf, shorten } from './report.ts'

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

/** Markup that is already safe; plain strings are escaped. */
type Markup = { readonly html: string }
const markup = (html: string): Markup => ({ html })
const text = (value: string): Markup => markup(`<bdi>${escapeHtml(value)}</bdi>`)
const render = (content: string | Markup): string => (typeof content === 'string' ? escapeHtml(content) : content.html)

const numeric = (value: string): Markup => markup(escapeHtml(value))

const table = (
  head: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
  numbers: readonly number[] = [],
): string => {
  const cells = (row: readonly (string | Markup)[]) =>
    row
      .map((content, index) => `<td${numbers.includes(index) ? ' class="number"' : ''}>${render(content)}</td>`)
      .join('')
  return `<table><thead><tr>${head.map(title => `<th scope="col">${escapeHtml(title)}</th>`).join('')}</tr></thead><tbody>${rows.map(row => `<tr>${cells(row)}</tr>`).join('\n')}</tbody></table>`
}

const section = (title: string, body: string): string =>
  body === '' ? '' : `<section><h2>${escapeHtml(title)}</h2>\n${body}</section>`

const folded = (title: Markup, parts: readonly (readonly [string, string])[]): string =>
  `<details><summary>${title.html}</summary>${parts.map(([label, value]) => `<p class="note">${escapeHtml(label)}</p><pre>${escapeHtml(shorten(value))}</pre>`).join('')}</details>`

/** A bar for fractions; the number stands beside it. */
const bar = (value: number, unit: ReportMetric['unit']): Markup =>
  unit === 'fraction'
    ? markup(`<meter min="0" max="1" value="${value.toFixed(4)}"></meter> <strong>${formatScore(value, unit)}</strong>`)
    : markup(`<strong>${formatScore(value, unit)}</strong>`)

/** The report as one HTML file: no script, no request, light and dark, printable. */
export const renderHtml = (report: Report): string => {
  const { evaluation, metrics } = report
  const metricByName = new Map<string, ReportMetric>(metrics.map(metric => [metric.name, metric]))
  const unitOf = (name: string) => metricByName.get(name)?.unit ?? 'fraction'
  const titleOf = (name: string) => metricByName.get(name)?.title ?? name
  const unit = unitOf(report.examplesBy ?? '')

  const scores = evaluation.objects.flatMap(object =>
    object.scores.map(({ metric, value, low, high, rows }) => {
      const show = (each: number) => formatScore(each, unitOf(metric))
      return [
        text(object.name),
        titleOf(metric),
        bar(value, unitOf(metric)),
        numeric(`${show(low)} … ${show(high)}`),
        String(rows),
        String(object.failedRows),
      ]
    }),
  )
  const comparisons = evaluation.comparisons.map(({ metric, first, second, difference, low, high, isSignificant }) => {
    const show = (each: number) => formatDifference(each, unitOf(metric))
    return [
      titleOf(metric),
      text(first),
      text(second),
      markup(`<strong>${escapeHtml(show(difference))}</strong>`),
      numeric(`${show(low)} … ${show(high)}`),
      isSignificant ? 'yes' : 'no',
    ]
  })
  const examples = (list: Report['best']) =>
    list
      .map(({ object, row, score, prompt, reference, prediction }) =>
        folded(markup(`${text(object).html}, row ${row}: <strong>${formatScore(score, unit)}</strong>`), [
          ['Prompt', prompt],
          ['Reference', reference],
          ['Answer', prediction],
        ]),
      )
      .join('\n')
  const changes = report.changes
    .map(({ row, prompt, reference, first, second, difference }) =>
      folded(
        markup(
          `Row ${row}: <strong>${escapeHtml(formatDifference(difference, unit))}</strong> (${text(second.object).html})`,
        ),
        [
          ['Prompt', prompt],
          ['Reference', reference],
          [`${first.object} (${formatScore(first.score, unit)})`, first.prediction],
          [`${second.object} (${formatScore(second.score, unit)})`, second.prediction],
        ],
      ),
    )
    .join('\n')
  const failed = report.results.flatMap(({ object, rows }) =>
    rows
      .filter(({ prediction }) => prediction === null)
      .slice(0, 20)
      .map(({ row, error }) => [text(object), String(row), text(shorten(error ?? 'no answer'))]),
  )
  const lineage = [...evaluation.lineage.madeBy, ...evaluation.lineage.made].map(({ role, kind, name, id }) =>
    [role, kind, name, id].map(text),
  )
  const by = report.examplesBy === null ? '' : ` by ${titleOf(report.examplesBy)}`
  const parts = [
    section(
      'Scores',
      scores.length === 0
        ? ''
        : table(['object', 'metric', 'score', '95 % interval', 'rows scored', 'rows failed'], scores, [3, 4, 5]),
    ),
    section(
      'Comparison',
      comparisons.length === 0
        ? ''
        : `${table(['metric', 'first', 'second', 'second − first', '95 % interval', 'beyond chance'], comparisons, [3, 4])}<p class="note">Paired bootstrap over the rows that both objects answered.</p>`,
    ),
    section(
      'Warnings',
      evaluation.warnings.length === 0
        ? ''
        : `<ul>${evaluation.warnings.map(warning => `<li>${text(warning).html}</li>`).join('')}</ul>`,
    ),
    section(`Largest changes${by}`, changes),
    section(`Worst answers${by}`, examples(report.worst)),
    section(`Best answers${by}`, examples(report.best)),
    section('Failed rows', failed.length === 0 ? '' : table(['object', 'row', 'error'], failed, [1])),
    section(
      'Metrics',
      table(
        ['metric', 'better', 'what it is'],
        metrics.map(({ title, direction, description }) => [title, direction, description]),
      ),
    ),
    section(
      'Settings',
      table(
        ['setting', 'value'],
        settingsOf(report).map(([key, value]) => [key, text(value)]),
      ),
    ),
    section('Lineage', lineage.length === 0 ? '' : table(['role', 'kind', 'name', 'id'], lineage)),
  ].filter(part => part !== '')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`Evaluation: ${evaluation.name}`)}</title>
<style>${style}</style>
</head>
<body>
<h1>Evaluation: ${text(evaluation.name).html}</h1>
${parts.join('\n')}
</body>
</html>
`
}
