/**
 * The ratio tables: Slipway beside a peer or the limit, on the same machine in the same run.
 *
 *   npm run bench                 everything that can run here
 *   npm run bench -- backend      only the benches whose name contains the word
 */
import { readdirSync } from 'node:fs'
import { type Bench, type Figure, NotHere, renderTable } from './table.ts'

const files = readdirSync(new URL('.', import.meta.url))
  .filter(name => name.endsWith('.bench.ts'))
  .sort()
const wanted = process.argv.slice(2)
const results: { bench: string; figure: Figure }[] = []

for (const file of files) {
  const { bench } = (await import(new URL(file, import.meta.url).href)) as { bench: Bench }
  if (wanted.length > 0 && !wanted.some(word => bench.name.includes(word))) continue
  process.stderr.write(`${bench.name} …\n`)
  try {
    for (const figure of await bench.run()) results.push({ bench: bench.name, figure })
  } catch (error) {
    if (!(error instanceof NotHere)) throw error
    results.push({
      bench: bench.name,
      figure: { name: '(not measured)', value: '-', bar: '-', isReached: true, note: error.message },
    })
  }
}

console.log(
  renderTable([
    ['bench', 'figure', 'measured', 'bar', '', 'note'],
    ...results.map(({ bench, figure }) => [
      bench,
      figure.name,
      figure.value,
      figure.bar,
      figure.bar === '-' ? '' : figure.isReached ? 'reached' : 'missed',
      figure.note ?? '',
    ]),
  ]),
)
// Engines keep worker threads; a bench is over when its table stands.
process.exit(0)
