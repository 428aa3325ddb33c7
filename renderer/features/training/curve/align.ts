export type Series = { readonly x: readonly number[]; readonly y: readonly (readonly (number | null | undefined)[])[] }

/**
 * Series of different x on one x axis, as a chart wants them: every x once, rising; where a series says nothing of an x
 * it is undefined (not null, which is a gap that the series itself has). All x must rise within a series.
 */
export function align(series: readonly Series[]): readonly [number[], ...(number | null | undefined)[][]] {
  const xs = union(series.map(({ x }) => x))
  const columns = series.flatMap(({ x, y }) => {
    const isWhole = x.length === xs.length && x.every((value, index) => value === xs[index])
    return y.map(values => {
      // The only series, or the one that all others lie on: a plain list of numbers, which is read and drawn faster.
      if (isWhole) return values.slice(0, xs.length)
      // The cursor looks on both sides for a value where there is none: through all of a series that has nothing.
      const out = new Array<number | null | undefined>(xs.length).fill(x.length === 0 ? null : undefined)
      let at = 0
      for (let index = 0; index < x.length; index++) {
        while (at < xs.length - 1 && xs[at] !== x[index]) at++
        out[at] = values[index]
      }
      return out
    })
  })
  return [xs, ...columns]
}

function union(all: readonly (readonly number[])[]): number[] {
  const [first = [], ...others] = all
  return others.reduce<number[]>((merged, x) => merge(merged, x), dedupe(first))
}

const dedupe = (x: readonly number[]): number[] => x.filter((value, index) => index === 0 || value !== x[index - 1])

/** Two rising lists as one, in one pass. */
function merge(a: readonly number[], b: readonly number[]): number[] {
  const out: number[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const left = a[i] ?? Number.POSITIVE_INFINITY
    const right = b[j] ?? Number.POSITIVE_INFINITY
    const next = Math.min(left, right)
    if (out.at(-1) !== next) out.push(next)
    if (left === next) i++
    if (right === next) j++
  }
  return out
}
