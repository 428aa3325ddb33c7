import { formatDifference, formatScore, type Report, type ReportExample, settingsOf, shorten } from './report.ts'

/** A cell: our own words, somebody else's text, a result that matters, or a score. */
export type Cell =
  | string
  | { readonly text: string }
  | { readonly strong: string }
  | { readonly score: number; readonly unit: 'fraction' | 'characters' }

type Table = {
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** The columns that hold numbers, from 0. */
  readonly numbers: readonly number[]
}

/** A row that was answered, or one that two objects answered unlike well; then `figure` is the difference. */
export type Example = {
  readonly is: 'answer' | 'change'
  readonly object: string
  readonly row: number
  readonly figure: string
  /** What was asked and said, each under its label. */
  readonly parts: readonly (readonly [label: string, text: string])[]
}

export type Block =
  | { readonly table: Table }
  | { readonly note: string }
  | { readonly list: readonly string[] }
  | { readonly examples: readonly Example[] }

export type Section = { readonly title: string; readonly blocks: readonly Block[] }

/** What a report says, in the order in which it is read, for every way to write it down. Sections without content are left out. */
export function outlineOf(report: Report): readonly Section[] {
  const { evaluation, metrics, examplesBy } = report
  const metricByName = new Map(metrics.map(metric => [metric.name, metric]))
  const unitOf = (name: string) => metricByName.get(name)?.unit ?? 'fraction'
  const titleOf = (name: string) => metricByName.get(name)?.title ?? name
  const by = examplesBy === null ? '' : ` by ${titleOf(examplesBy)}`
  const unit = unitOf(examplesBy ?? '')

  const scores = evaluation.objects.flatMap(object =>
    object.scores.map(({ metric, value, low, high, rows }): Cell[] => [
      { text: object.name },
      titleOf(metric),
      { score: value, unit: unitOf(metric) },
      `${formatScore(low, unitOf(metric))} … ${formatScore(high, unitOf(metric))}`,
      String(rows),
      String(object.failedRows),
    ]),
  )
  const comparisons = evaluation.comparisons.map(
    ({ metric, first, second, difference, low, high, isSignificant }): Cell[] => [
      titleOf(metric),
      { text: first },
      { text: second },
      { strong: formatDifference(difference, unitOf(metric)) },
      `${formatDifference(low, unitOf(metric))} … ${formatDifference(high, unitOf(metric))}`,
      isSignificant ? 'yes' : 'no',
    ],
  )
  const answers = (list: readonly ReportExample[]) =>
    list.map(
      ({ object, row, score, prompt, reference, prediction }): Example => ({
        is: 'answer',
        object,
        row,
        figure: formatScore(score, unit),
        parts: [
          ['Prompt', prompt],
          ['Reference', reference],
          ['Answer', prediction],
        ],
      }),
    )
  const changes = report.changes.map(
    ({ row, prompt, reference, first, second, difference }): Example => ({
      is: 'change',
      object: second.object,
      row,
      figure: formatDifference(difference, unit),
      parts: [
        ['Prompt', prompt],
        ['Reference', reference],
        [`${first.object} (${formatScore(first.score, unit)})`, first.prediction],
        [`${second.object} (${formatScore(second.score, unit)})`, second.prediction],
      ],
    }),
  )
  const failed = report.results.flatMap(({ object, rows }) =>
    rows
      .filter(({ prediction }) => prediction === null)
      .slice(0, 20)
      .map(({ row, error }): Cell[] => [{ text: object }, String(row), { text: shorten(error ?? 'no answer') }]),
  )
  const lineage = [...evaluation.lineage.madeBy, ...evaluation.lineage.made].map(({ role, kind, name, id }) =>
    [role, kind, name, id].map((text): Cell => ({ text })),
  )

  const sections: Section[] = [
    {
      title: 'Scores',
      blocks: table(['object', 'metric', 'score', '95 % interval', 'rows scored', 'rows failed'], scores, [3, 4, 5]),
    },
    {
      title: 'Comparison',
      blocks: [
        ...table(
          ['metric', 'first', 'second', 'second − first', '95 % interval', 'beyond chance'],
          comparisons,
          [3, 4],
        ),
        ...(comparisons.length > 0 ? [{ note: 'Paired bootstrap over the rows that both objects answered.' }] : []),
      ],
    },
    { title: 'Warnings', blocks: evaluation.warnings.length > 0 ? [{ list: evaluation.warnings }] : [] },
    { title: `Largest changes${by}`, blocks: examples(changes) },
    { title: `Worst answers${by}`, blocks: examples(answers(report.worst)) },
    { title: `Best answers${by}`, blocks: examples(answers(report.best)) },
    { title: 'Failed rows', blocks: table(['object', 'row', 'error'], failed, [1]) },
    {
      title: 'Metrics',
      blocks: table(
        ['metric', 'better', 'what it is'],
        metrics.map(({ title, direction, description }) => [title, direction, description]),
      ),
    },
    {
      title: 'Settings',
      blocks: table(
        ['setting', 'value'],
        settingsOf(report).map(([key, text]): Cell[] => [key, { text }]),
      ),
    },
    { title: 'Lineage', blocks: table(['role', 'kind', 'name', 'id'], lineage) },
  ]
  return sections.filter(({ blocks }) => blocks.length > 0)
}

const table = (head: readonly string[], rows: Table['rows'], numbers: readonly number[] = []): Block[] =>
  rows.length === 0 ? [] : [{ table: { head, rows, numbers } }]

const examples = (list: readonly Example[]): Block[] => (list.length === 0 ? [] : [{ examples: list }])
