import type { ResourceSample } from '../../../main/contract/resources.ts'

/** A longer silence between two samples is drawn as a gap: the machine slept, or the backend was gone. */
const longestStepSeconds = 8

/**
 * Adds a sample and forgets what is older than the span. A clock that was set back takes the samples of its future with
 * it, because a curve can only run forwards.
 * @param seconds the span that is kept
 */
export function withSample(
  samples: readonly ResourceSample[],
  next: ResourceSample,
  seconds: number,
): readonly ResourceSample[] {
  const nowMs = Date.parse(next.at)
  const kept = samples.filter(({ at }) => {
    const ms = Date.parse(at)
    return ms < nowMs && ms >= nowMs - seconds * 1000
  })
  return [...kept, next]
}

export type Curves = {
  /** Seconds since 1970. */
  readonly x: readonly number[]
  readonly cpuPercent: readonly (number | null)[]
  readonly memoryUsedBytes: readonly (number | null)[]
  readonly devices: ReadonlyMap<
    string,
    { readonly utilizationPercent: readonly (number | null)[]; readonly usedBytes: readonly (number | null)[] }
  >
}

/**
 * Samples as one array per curve, with gaps where nothing was measured. The curves begin `seconds` before the newest
 * sample, so that a short history does not look like a long one.
 */
export function curvesOf(samples: readonly ResourceSample[], seconds: number): Curves {
  const rows: { readonly x: number; readonly sample: ResourceSample | undefined }[] = []
  const newest = samples.at(-1)
  if (newest) rows.push({ x: Date.parse(newest.at) / 1000 - seconds, sample: undefined })
  for (const sample of samples) {
    const x = Date.parse(sample.at) / 1000
    const before = rows.at(-1)
    if (before?.sample && x - before.x > longestStepSeconds) rows.push({ x: before.x + 1, sample: undefined })
    rows.push({ x, sample })
  }
  const ids = [...new Set(samples.flatMap(({ devices }) => devices.map(({ id }) => id)))]
  const column = (read: (sample: ResourceSample) => number | null | undefined) =>
    rows.map(({ sample }) => (sample ? (read(sample) ?? null) : null))
  return {
    x: rows.map(({ x }) => x),
    cpuPercent: column(sample => sample.cpuPercent),
    memoryUsedBytes: column(sample => sample.memoryUsedBytes),
    devices: new Map(
      ids.map(id => {
        const of = (sample: ResourceSample) => sample.devices.find(device => device.id === id)
        return [
          id,
          {
            utilizationPercent: column(sample => of(sample)?.utilizationPercent),
            usedBytes: column(sample => of(sample)?.usedBytes),
          },
        ]
      }),
    ),
  }
}
