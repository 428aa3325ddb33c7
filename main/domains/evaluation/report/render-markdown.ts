import { formatDifference, formatScore, type Report, type ReportMetric, settingsOf, shorten } from './report.ts'

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

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [`| ${head.join(' | ')} |`, `|${head.map(() => '---|').join('')}`, ...rows.map(row => `| ${row.join(' | ')} |`)].join(
    '\n',
  )

const example = (title: string, parts: readonly (readonly [string, string])[]): string =>
  `#### ${title}\n\n${parts.map(([label, text]) => `${label}:\n\n${fenced(text)}`).join('\n\n')}`

/** The report as CommonMark with GitHub's tables. */
export const renderMarkdown = (report: Report): string => {
  const { evaluation, metrics } = report
  const metricByName = new Map<string, ReportMetric>(metrics.map(metric => [metric.name, metric]))
  const unitOf = (name: string) => metricByName.get(name)?.unit ?? 'fraction'
  const titleOf = (name: string) => inline(metricByName.get(name)?.title ?? name)

  const scores = evaluation.objects.flatMap(object =>
    object.scores.map(({ metric, value, low, high, rows }) => {
      const show = (each: number) => formatScore(each, unitOf(metric))
      return [
        inline(object.name),
        titleOf(metric),
        `**${show(value)}**`,
        `${show(low)} … ${show(high)}`,
        String(rows),
        String(object.failedRows),
      ]
    }),
  )
  const comparisons = evaluation.comparisons.map(({ metric, first, second, difference, low, high, isSignificant }) => {
    const show = (each: number) => formatDifference(each, unitOf(metric))
    return [
      titleOf(metric),
      inline(first),
      inline(second),
      `**${show(difference)}**`,
      `${show(low)} … ${show(high)}`,
      isSignificant ? 'yes' : 'no',
    ]
  })
  const unit = unitOf(report.examplesBy ?? '')
  const examples = (list: Report['best']) =>
    list.map(({ object, row, score, prompt, reference, prediction }) =>
      example(`${inline(object)}, row ${row}: ${formatScore(score, unit)}`, [
        ['Prompt', prompt],
        ['Reference', reference],
        ['Answer', prediction],
      ]),
    )
  const changes = report.changes.map(({ row, prompt, reference, first, second, difference }) =>
    example(`Row ${row}: ${formatDifference(difference, unit)}`, [
      ['Prompt', prompt],
      ['Reference', reference],
      [`${inline(first.object)} (${formatScore(first.score, unit)})`, first.prediction],
      [`${inline(second.object)} (${formatScore(second.score, unit)})`, second.prediction],
    ]),
  )
  const failed = report.results.flatMap(({ object, rows }) =>
    rows
      .filter(({ prediction }) => prediction === null)
      .slice(0, 20)
      .map(({ row, error }) => [inline(object), String(row), inline(shorten(error ?? 'no answer'))]),
  )
  const lineage = [...evaluation.lineage.madeBy, ...evaluation.lineage.made].map(({ role, kind, name, id }) =>
    [role, kind, name, id].map(inline),
  )
  const section = (title: string, body: readonly string[]) => (body.length === 0 ? [] : [`## ${title}`, ...body])
  const by = report.examplesBy === null ? '' : ` by ${titleOf(report.examplesBy)}`
  return `${[
    `# Evaluation: ${inline(evaluation.name)}`,
    ...section(
      'Scores',
      scores.length === 0
        ? []
        : [table(['object', 'metric', 'score', '95 % interval', 'rows scored', 'rows failed'], scores)],
    ),
    ...section(
      'Comparison',
      comparisons.length === 0
        ? []
        : [
            table(['metric', 'first', 'second', 'second − first', '95 % interval', 'beyond chance'], comparisons),
            'Paired bootstrap over the rows that both objects answered.',
          ],
    ),
    ...section(
      'Warnings',
      evaluation.warnings.length === 0 ? [] : [evaluation.warnings.map(warning => `- ${inline(warning)}`).join('\n')],
    ),
    ...section(`Largest changes${by}`, changes),
    ...section(`Worst answers${by}`, examples(report.worst)),
    ...section(`Best answers${by}`, examples(report.best)),
    ...section('Failed rows', failed.length === 0 ? [] : [table(['object', 'row', 'error'], failed)]),
    ...section('Metrics', [
      table(
        ['metric', 'better', 'what it is'],
        metrics.map(({ title, direction, description }) => [title, direction, description].map(inline)),
      ),
    ]),
    ...section('Settings', [
      table(
        ['setting', 'value'],
        settingsOf(report).map(pair => pair.map(inline)),
      ),
    ]),
    ...section('Lineage', lineage.length === 0 ? [] : [table(['role', 'kind', 'name', 'id'], lineage)]),
  ].join('\n\n')}\n`
}
