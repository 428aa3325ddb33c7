import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inherit } from './child.mjs'

/**
 * @typedef {{ name: string, reason: string }} Skip
 * @typedef {{ passed: number, failed: number, skipped: readonly Skip[] }} Summary
 */

/**
 * Runs every commit-tier test, one runner after the other (the suite is measured on two cores), and closes with the
 * counts of both on one line.
 * @param {{ root: string, node: string, python: string, env: NodeJS.ProcessEnv, filters: readonly string[] }} setting
 *   `filters` are test paths; none means all
 * @returns {Promise<number>} exit code: 0 only if tests ran, none failed, and every skipped one says why
 */
export async function runTests({ root, node, python, env, filters }) {
  const scratch = mkdtempSync(join(tmpdir(), 'slipway-tests-'))
  const isPython = path => path.endsWith('.py') || path.includes('tests/worker')
  const wants = { node: filters.filter(path => !isPython(path)), python: filters.filter(isPython) }
  const testEnv = { ...env, SLIPWAY_TEST_PYTHON: python }
  const summaries = []
  try {
    if (filters.length === 0 || wants.node.length > 0) {
      summaries.push(
        await runVitest({ root, node, env: testEnv, filters: wants.node, file: join(scratch, 'node.json') }),
      )
    }
    if (filters.length === 0 || wants.python.length > 0) {
      const halves = wants.python.length > 0 ? [wants.python] : workerHalves
      // Two that train at once have a thread each: four threads on two cores wait for each other most of the time.
      const partEnv = halves.length > 1 ? { ...testEnv, OMP_NUM_THREADS: '1' } : testEnv
      const run = (part, index) =>
        runPytest({ root, python, env: partEnv, part, file: join(scratch, `python-${index}`) })
      summaries.push(...(await Promise.all(halves.map(run))))
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  const { lines, exitCode } = closing(summaries)
  process.stdout.write(`\n${lines.join('\n')}\n`)
  return exitCode
}

async function runVitest({ root, node, env, filters, file }) {
  const reporter = pathToFileURL(join(import.meta.dirname, 'vitest-summary.mjs')).href
  const code = await inherit(
    node,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      `--reporter=${reporter}`,
      ...filters,
    ],
    { cwd: root, env: { ...env, SLIPWAY_TEST_SUMMARY: file } },
  )
  return withExit(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined, code, 'vitest')
}

/** The worker's tests keep one core busy, and training takes half of their time: the halves run at once. */
const training = join('tests', 'worker', 'test_train.py')
const workerHalves = [[training], [join('tests', 'worker'), `--ignore=${training}`]]

/** `part` is what pytest is to collect; what it writes is shown when it has ended, in one piece. */
async function runPytest({ root, python, env, part, file }) {
  const { PYTHONPATH: _path, PYTHONHOME: _home, PYTHONDONTWRITEBYTECODE: _bytecode, ...clean } = env
  const report = `${file}.xml`
  const output = openSync(`${file}.txt`, 'w')
  const code = await inherit(
    python,
    [
      '-m',
      'pytest',
      ...['-c', join('native', 'worker', 'pyproject.toml')],
      ...part,
      `--junitxml=${report}`,
      '-p',
      'no:cacheprovider',
    ],
    { cwd: root, env: { ...clean, PYTHONNOUSERSITE: '1', PYTHONUTF8: '1' }, output },
  ).finally(() => closeSync(output))
  process.stdout.write(readFileSync(`${file}.txt`, 'utf8'))
  // Exit code 5: no test was collected. The closing line judges that over both runners.
  return withExit(
    existsSync(report) ? parseJunit(readFileSync(report, 'utf8')) : undefined,
    code === 5 ? 0 : code,
    'pytest',
  )
}

/** A runner that fails without a failed test (a crash, a usage error) must not look like success. */
function withExit(summary, code, runner) {
  const counted = summary ?? { passed: 0, failed: 0, skipped: [] }
  if (code === 0 || counted.failed > 0) return counted
  process.stdout.write(`${runner} ended with code ${code} and no failed test.\n`)
  return { ...counted, failed: 1 }
}

/**
 * Counts in a JUnit report as pytest writes it. Errors in set-up or collection are failures.
 * @param {string} xml
 * @returns {Summary}
 */
export function parseJunit(xml) {
  let passed = 0
  let failed = 0
  const skipped = []
  for (const [, attributes = '', body = ''] of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const skip = /<skipped\b([^>]*)/.exec(body)
    if (/<(failure|error)\b/.test(body)) failed++
    else if (skip) {
      skipped.push({
        name: `${attribute(attributes, 'classname')}.${attribute(attributes, 'name')}`,
        reason: attribute(skip[1] ?? '', 'message'),
      })
    } else passed++
  }
  return { passed, failed, skipped }
}

const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
const attribute = (text, name) =>
  (new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? '').replace(/&(?:#(\d+)|(\w+));/g, (all, number, entity) =>
    number ? String.fromCodePoint(Number(number)) : (entities[entity] ?? all),
  )

/**
 * The last lines of a run: every skipped test with its reason, then the counts alone on a line.
 * @param {readonly Summary[]} summaries
 * @returns {{ lines: string[], exitCode: number }}
 */
export function closing(summaries) {
  const passed = summaries.reduce((sum, each) => sum + each.passed, 0)
  const failed = summaries.reduce((sum, each) => sum + each.failed, 0)
  const skipped = summaries.flatMap(each => each.skipped)
  const nameless = skipped.filter(({ reason }) => reason.trim() === '')
  const lines = skipped.map(({ name, reason }) => `skipped: ${name}: ${reason.trim() || 'NO REASON GIVEN'}`)
  if (nameless.length > 0) lines.push(`${nameless.length} skipped without a reason: that fails the run.`)
  if (passed + failed === 0) lines.push('No test ran: that fails the run.')
  lines.push(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
  return { lines, exitCode: failed > 0 || nameless.length > 0 || passed + failed === 0 ? 1 : 0 }
}
