import { benchGateway, realModel } from './gateway.ts'
import { type Bench, ms } from './table.ts'

/** The gateway beside the engine called directly: tokens per second and first token at 1, 4 and 8 streams. */
export const bench: Bench = {
  name: 'gateway',
  run: async () => {
    const modelPath = realModel()
    const rows = await benchGateway(modelPath === undefined ? {} : { modelPath })
    const note = modelPath === undefined ? 'a small random model' : 'Gemma 3 270M Q4_K_M'
    return rows.flatMap(row => [
      {
        name: `tokens/s against the engine, ${row.streams} streams`,
        value: `${row.ratio.toFixed(3)} ×`,
        bar: '≥ 0.98 ×',
        isReached: row.ratio >= 0.98,
        note: `${note}: ${row.gatewayTokensPerSecond.toFixed(1)} against ${row.directTokensPerSecond.toFixed(1)}`,
      },
      {
        name: `added to the first token, ${row.streams} streams`,
        value: ms(row.addedTtftMs),
        bar: '≤ 2 ms',
        isReached: row.addedTtftMs <= 2,
        note: `median over requests; ${ms(row.gatewayTtftMs)} in all, against ${ms(row.directTtftMs)} of direct calls`,
      },
    ])
  },
}
