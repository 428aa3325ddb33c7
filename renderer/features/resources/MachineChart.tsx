import { useMemo } from 'react'
import { memory, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { Chart, type Line } from '../../ui/Chart.tsx'
import { resourcesText } from './text.ts'

type Props = {
  /** Seconds since 1970. */
  readonly x: readonly number[]
  readonly values: readonly (number | null)[]
  readonly name: string
}

const two = (value: number): string => String(value).padStart(2, '0')
const GiB = 2 ** 30
const clock = (seconds: number): string => {
  const at = new Date(seconds * 1000)
  const clean = `${two(at.getHours())}:${two(at.getMinutes())}`
  // Ticks closer than a minute would read the same without their seconds.
  return at.getSeconds() === 0 ? clean : `${clean}:${two(at.getSeconds())}`
}
const share: readonly [number, number] = [0, 100]
const percentTick = (value: number): string => `${number(value)}%`
const latestOf = (values: readonly (number | null)[]): number | undefined => values.at(-1) ?? undefined

/** A share between 0 and 100 % over time. */
export function ShareChart({ x, values, name }: Props) {
  const text = useText(resourcesText)
  const lines = useMemo<readonly Line[]>(() => [{ label: name, colour: 's1', isFilled: true }], [name])
  const data = useMemo<[number[], (number | null)[]]>(() => [[...x], [...values]], [x, values])
  const latest = latestOf(values)
  return (
    <figure className="machine-chart">
      <figcaption>{name}</figcaption>
      <Chart
        data={data}
        lines={lines}
        rangeY={share}
        isTime
        formatX={clock}
        formatY={percentTick}
        syncKey="machine"
        label={text.curve(name, latest === undefined ? text.unknown : percentTick(latest))}
      />
    </figure>
  )
}

/** Bytes over time, from nothing to what the device has. */
export function SizeChart({ x, values, name, limitBytes }: Props & { readonly limitBytes: number }) {
  const text = useText(resourcesText)
  const lines = useMemo<readonly Line[]>(() => [{ label: name, colour: 's3', isFilled: true }], [name])
  const range = useMemo<readonly [number, number]>(() => [0, limitBytes / GiB], [limitBytes])
  const data = useMemo<[number[], (number | null)[]]>(
    () => [[...x], values.map(value => (value === null ? null : value / GiB))],
    [x, values],
  )
  const latest = latestOf(values)
  return (
    <figure className="machine-chart">
      <figcaption>{text.inGib(name)}</figcaption>
      <Chart
        data={data}
        lines={lines}
        rangeY={range}
        isTime
        formatX={clock}
        syncKey="machine"
        label={text.curve(name, latest === undefined ? text.unknown : memory(latest))}
      />
    </figure>
  )
}
