export type ParsedSample = {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}
export type ParsedFamily = { readonly help: string; readonly type: string; readonly samples: readonly ParsedSample[] }

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const labelPair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"/
const number = /^(?:[+-]?Inf|NaN|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/

/**
 * Reads Prometheus' text exposition format 0.0.4 and throws at the first thing that is not of it: a line that does not
 * end, a family without HELP and TYPE before its samples or in two places, a name, label or number that is misspelt, a
 * series that comes twice, a histogram whose buckets do not add up.
 */
export function parseExposition(text: string): ReadonlyMap<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, { help: string; type: string; samples: ParsedSample[] }>()
  const series = new Set<string>()
  let current: string | undefined
  const lines = text.slice(0, -1).split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const help = /^# HELP (\S+) (.+)$/.exec(line)
    if (help) {
      const [, name = '', words = ''] = help
      const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(lines[at + 1] ?? '')
      if (type?.[1] !== name) throw new Error(`no TYPE after the HELP of ${name}`)
      if (families.has(name)) throw new Error(`${name} comes twice`)
      if (metricName.exec(name)?.[0] !== name) throw new Error(`not a name: ${name}`)
      families.set(name, { help: words, type: type[2] ?? '', samples: [] })
      current = name
      at += 1
      continue
    }
    const sample = parseSample(line)
    const family = current === undefined ? undefined : families.get(current)
    if (!family || !namesOf(current ?? '', family.type).includes(sample.name))
      throw new Error(`a sample outside its family: ${line}`)
    const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`
    if (series.has(key)) throw new Error(`a series comes twice: ${line}`)
    series.add(key)
    family.samples.push(sample)
  }
  for (const [name, family] of families) {
    if (family.samples.length === 0) throw new Error(`${name} has no sample`)
    if (family.type === 'counter' && !name.endsWith('_total')) throw new Error(`the counter ${name} lacks _total`)
    if (family.type === 'histogram') assertHistogram(name, family.samples)
  }
  return families
}

const namesOf = (family: string, type: string): readonly string[] =>
  type === 'histogram' ? ['_bucket', '_sum', '_count'].map(suffix => family + suffix) : [family]

function parseSample(line: string): ParsedSample {
  const name = metricName.exec(line)?.[0]
  if (name === undefined) throw new Error(`not a sample: ${line}`)
  let rest = line.slice(name.length)
  const labels: Record<string, string> = {}
  if (rest.startsWith('{')) {
    do {
      rest = rest.slice(1)
      const [pair, label = '', value = ''] = labelPair.exec(rest) ?? []
      if (pair === undefined || label in labels) throw new Error(`a label is misspelt or comes twice: ${line}`)
      labels[label] = value.replace(/\\([\\n"])/g, (_, code: string) => (code === 'n' ? '\n' : code))
      rest = rest.slice(pair.length)
    } while (rest.startsWith(','))
    if (!rest.startsWith('}')) throw new Error(`labels do not end: ${line}`)
    rest = rest.slice(1)
  }
  const value = rest.slice(1)
  if (!rest.startsWith(' ') || !number.test(value)) throw new Error(`not a number: ${line}`)
  return { name, labels, value: value.endsWith('Inf') ? Number(`${value}inity`) : Number(value) }
}

function assertHistogram(name: string, samples: readonly ParsedSample[]): void {
  const groups = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) =>
    JSON.stringify(Object.entries(labels).sort()),
  )
  for (const [labels, group] of groups) {
    const buckets = group.filter(sample => sample.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels: { le = '' } }) => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)))
    const counts = buckets.map(({ value }) => value)
    const isGrowing = (values: readonly number[], isStrict: boolean) =>
      values.every(
        (value, at) => at === 0 || (isStrict ? value > (values[at - 1] ?? 0) : value >= (values[at - 1] ?? 0)),
      )
    const count = group.find(sample => sample.name === `${name}_count`)?.value
    const isWhole =
      isGrowing(bounds, true) &&
      isGrowing(counts, false) &&
      bounds.at(-1) === Number.POSITIVE_INFINITY &&
      counts.at(-1) === count &&
      group.some(sample => sample.name === `${name}_sum`)
    if (!isWhole) throw new Error(`the histogram ${name} ${labels} does not add up`)
  }
}
