import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { makeBarePython } from '../../main/platform/python/testing/bare-python.ts'
import { openCli } from '../support/cli.ts'

test('building with a Python that has no venv ends with cause and remedy, and the environment in use goes on', {
  timeout: 180_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway bare python '))
  const python = makeBarePython(join(folder, 'python'))
  const cli = openCli({
    SLIPWAY_PYTHON: python,
    // Nothing is there yet that an earlier build fetched, nor a uv of somebody else's.
    XDG_CACHE_HOME: join(folder, 'cache'),
    PATH: '/usr/bin:/bin',
  })
  try {
    const used = dirname(dirname(process.env.SLIPWAY_TEST_PYTHON ?? ''))
    expect((await cli.run('environments', 'adopt', 'training', used)).code).toBe(0)
    const { code, stderr } = await cli.run('environments', 'build', 'training', '--wait')
    expect(`${code} ${stderr}`).toMatch(
      /^\d .*error\[missing_requirement\]: .*python has neither pip nor the venv module/s,
    )
    expect(stderr).toMatch(/^hint: On Debian and Ubuntu: sudo apt install python3\.\d+-venv\./m)
    const verified = await cli.run('environments', 'verify', 'training', '--json')
    expect(verified.json()).toMatchObject({ ok: true, state: 'ready' })
  } finally {
    await cli.dispose()
    rmSync(folder, { recursive: true, force: true })
  }
})
