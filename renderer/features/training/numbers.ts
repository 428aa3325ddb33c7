import { number } from '../../lib/format.ts'

/** Small and large numbers as researchers write them: 3e-4, 2048, 0.05. */
export function shortNumber(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size < 1e-3) return value.toExponential()
  return Number.isInteger(value) ? number(value) : String(Number(value.toPrecision(6)))
}

/** As the contract has it. */
export const mostDescriptionLetters = 500
