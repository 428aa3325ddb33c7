import { fileURLToPath } from 'node:url'
import { type ParameterRow, parameterTable } from '../contract/training-parameter-table.ts'

/** Where the Python worker finds the ranges and choices of its parameters. */
export const trainingParametersPath = fileURLToPath(
  new URL('../../native/worker/slipway_worker/training_parameters.json', import.meta.url),
)

/** The file's exact text: by key what a value may be, and what a method may narrow. `npm run gen` writes it. */
export const trainingParametersText = (): string => {
  const rows = Object.entries<ParameterRow>(parameterTable).map(([key, row]) => [key, limitsOf(row)])
  return `${JSON.stringify(Object.fromEntries(rows), null, 1)}\n`
}

const limitsOf = (row: ParameterRow) => {
  if (row.type === 'choice') return { type: row.type, choices: row.choices }
  if (row.type !== 'integer' && row.type !== 'number') return { type: row.type }
  return { type: row.type, ...row.range, ...(row.rangeFor && { byMethod: row.rangeFor }) }
}
