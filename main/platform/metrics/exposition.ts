export type Labels = Readonly<Record<string, string>>

/** What a histogram has counted: `buckets` hold how many observations were at most `atMost`; the last is infinity. */
export type HistogramCounts = {
  readonly buckets: readonly { readonly atMost: number; readonly count: number }[]
  readonly sum: number
  readonly count: number
}

type Named = {
  /** Of the Prometheus alphabet, with the unit in it (`_seconds`, `_bytes`, `_ratio`); counters end in `_total`. */
  readonly name: string
  readonly help: string
}
export type Family = Named &
  (
    | {
        readonly type: 'counter' | 'gauge'
        readonly samples: readonly { readonly labels?: Labels; readonly value: number }[]
      }
    | {
        readonly type: 'histogram'
        readonly samples: readonly { readonly labels?: Labels; readonly counts: HistogramCounts }[]
      }
  )

export const expositionContentType = 'text/plain; version=0.0.4; charset=utf-8'

/** Families as Prometheus reads them: text exposition format 0.0.4. Families without a sample are left out. */
export const exposition = (families: readonly Family[]): string =>
  families
    .filter(family => family.samples.length > 0)
    .flatMap(family => [
      `# HELP ${family.name} ${escaped(family.help)}`,
      `# TYPE ${family.name} ${family.type}`,
      ...linesOf(family),
    ])
    .map(line => `${line}\n`)
    .join('')

function linesOf(family: Family): string[] {
  if (family.type !== 'histogram')
    return family.samples.map(({ labels, value }) => `${family.name}${labelText(labels)} ${numberText(value)}`)
  return family.samples.flatMap(({ labels, counts }) => [
    ...counts.buckets.map(
      ({ atMost, count }) => `${family.name}_bucket${labelText({ ...labels, le: numberText(atMost) })} ${count}`,
    ),
    `${family.name}_sum${labelText(labels)} ${numberText(counts.sum)}`,
    `${family.name}_count${labelText(labels)} ${counts.count}`,
  ])
}

const labelText = (labels: Labels = {}): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')

const numberText = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
