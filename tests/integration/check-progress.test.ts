import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { openCli } from '../support/cli.ts'
import { sampleModel } from '../support/conversions.ts'

const cli = openCli()
const folder = temporaryDir('check-progress')
afterAll(async () => {
  await cli.dispose()
  rmSync(folder, { recursive: true, force: true })
})

test.skipIf(process.env.SLIPWAY_TEST_PYTHON === undefined)(
  'slipway datasets check tells meanwhile how many rows it has seen, and answers with nothing but the report (needs SLIPWAY_TEST_PYTHON)',
  { timeout: 120_000 },
  async () => {
    const rows = Array.from({ length: 8_000 }, (_, i) => ({ prompt: `question ${i}`, completion: `answer ${i}` }))
    const path = join(folder, 'many.jsonl')
    writeFileSync(path, rows.map(row => `${JSON.stringify(row)}\n`).join(''))
    expect((await cli.say('datasets', 'import', path, '--wait')).code).toBe(0)
    expect((await cli.say('models', 'import', sampleModel, '--name', 'base', '--wait')).code).toBe(0)
    const { code, stderr, json } = await cli.say('datasets', 'check', 'many', '--model', 'base', '--json')
    expect(`${code} ${stderr}`).toMatch(/^0 /)
    expect(stderr).toMatch(/^rendering, \d+ % of 8000 rows/m)
    expect(stderr).not.toMatch(/error/)
    expect(json()).toMatchObject({ verdict: 'ready', rendered: { report: { rows: 8_000, usableRows: 8_000 } } })
  },
)
