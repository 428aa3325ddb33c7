/**
 * The one program behind `npm start`, `npm test`, `npm run tour|check|gen|bench|dev|package`: it sets up whatever is missing, then
 * hands over to the program that does the work. Plain JavaScript, because it runs on any Node from 20 before anything is
 * installed.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasScreen, serveInBrowser } from '../setup/browser.mjs'
import { ensureBuilt } from '../setup/build-step.mjs'
import { inherit } from '../setup/child.mjs'
import { findElectron } from '../setup/electron.mjs'
import { findNode24 } from '../setup/node24.mjs'
import { ensureNpmPackages } from '../setup/npm-packages.mjs'
import { ensurePythonEnvironment } from '../setup/python-environment.mjs'
import { SetupError, tellFailure } from '../setup/report.mjs'
import { splitStart, startHelp, unknownFlag, wantsHelp } from '../setup/start-flags.mjs'
import { ensureSystemPackages } from '../setup/system-packages.mjs'
import { runTests } from '../setup/test-run.mjs'
import { noWindowReason, openWindow } from '../setup/window.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const entry = name => join(root, 'main', 'entry', name)

/** @typedef {{ node: string, env: NodeJS.ProcessEnv, args: readonly string[] }} Setting */

/** What each verb does once npm packages and Node are there. */
const verbs = new Map([
  ['start', start],
  ['dev', dev],
  [
    'tour',
    ({ node, env, args }) => withPython('training', node, env, () => handOver(node, [entry('tour.ts'), ...args], env)),
  ],
  [
    'bench',
    ({ node, env, args }) =>
      withPython('tests', node, env, python =>
        handOver(node, [join(root, 'tests', 'bench', 'run.ts'), ...args], { ...env, SLIPWAY_TEST_PYTHON: python }),
      ),
  ],
  ['test', test],
  ['check', check],
  ['package', pack],
  ['gen', ({ node, env, args }) => handOver(node, [entry('generate.ts'), ...args], env)],
])

/** @param {Setting} setting */
async function start({ node, env, args: given }) {
  const { words: args, switches } = splitStart(given)
  try {
    await ensurePythonEnvironment('training', { root, node, env })
  } catch (error) {
    // The workstation is of use without it: it serves GGUF models and keeps data. Training says what is missing.
    if (!(error instanceof SetupError)) throw error
    tellFailure(error)
    process.stderr.write('Starting without it: training needs it (slipway environments build training).\n')
  }
  await ensureBuilt('renderer', { root, node, env })
  const reason = await startWindow({ node, env, args, switches })
  if (typeof reason === 'number') return reason
  if (reason !== undefined) process.stderr.write(`${reason}: the browser is the way in.\n`)
  const words = args.filter(arg => arg !== '--browser' && arg !== '--no-open' && arg !== '--no-sandbox')
  const hasPort = words.some(isPort)
  return serveInBrowser({
    node,
    args: [entry('backend.ts'), ...(hasPort ? [] : ['--port', '0']), ...words],
    cwd: root,
    env,
    mayOpen: !args.includes('--no-open') && hasScreen(env),
  })
}

const isPort = arg => arg === '--port' || arg.startsWith('--port=')

/**
 * Opens the window and stays until it is closed.
 * @param {Setting & { switches: readonly string[] }} setting
 * @returns {Promise<number | string | undefined>} the exit code; why there is no window; undefined when none was wanted
 */
async function startWindow({ node, env, args, switches }) {
  // A port is asked for by whoever wants the listener, and the window has none.
  if (args.some(arg => arg === '--browser' || arg === '--no-open' || isPort(arg))) return undefined
  const reason = noWindowReason(env, { words: args })
  if (reason) return reason
  const electron = await findElectron({ root, node, env })
  if ('reason' in electron) return electron.reason
  await ensureBuilt('shell', { root, node, env })
  const result = await openWindow({ root, electron: electron.path, node, env, args: [...args, ...switches] })
  return 'code' in result ? result.code : result.reason
}

/** @param {Setting} setting */
async function pack({ node, env, args }) {
  await ensureBuilt('renderer', { root, node, env })
  await ensureBuilt('shell', { root, node, env })
  return handOver(node, [entry('package.ts'), ...args], env)
}

/** @param {Setting} setting */
function dev({ node, env, args }) {
  const watched = ['--watch', '--watch-preserve-output', entry('backend.ts'), ...args]
  return handOver(node, watched, { ...env, SLIPWAY_LOG: 'debug' })
}

/** @param {Setting} setting */
function test({ node, env, args }) {
  return withPython('tests', node, env, async python => {
    // Tests of the window and of the pages need these; one file of others does not.
    const needsScreens = args.length === 0 || args.some(arg => arg.includes('e2e'))
    if (needsScreens) {
      await ensureSystemPackages({ root, env })
      await ensureBuilt('renderer', { root, node, env })
      await ensureBuilt('shell', { root, node, env })
    }
    return runTests({ root, node, python, env, filters: args })
  })
}

async function withPython(name, node, env, work) {
  // The tests' packages lie on top of the training set: built first, so that each has its line.
  const training = await ensurePythonEnvironment('training', { root, node, env })
  return work(name === 'training' ? training : await ensurePythonEnvironment(name, { root, node, env }))
}

const handOver = (node, args, env) => inherit(node, args, { cwd: root, env })

const rules = ['boundaries', 'window-rules', 'electron-version']

/** Types, lint and format, rules of our own, generated files. All of them run, so that one look shows everything. */
async function check({ node, env }) {
  const bin = name => join(root, 'node_modules', ...name.split('/'))
  const steps = [
    ...['.', 'preload', 'renderer', 'tests/e2e'].map(part => ({
      name: `types${part === '.' ? '' : `, ${part}`}`,
      run: () => handOver(node, [bin('typescript/bin/tsc'), '-p', join(root, part)], env),
    })),
    {
      name: 'lint and format',
      run: () => handOver(node, [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings'], env),
    },
    {
      name: 'import rules, window rules, age of Electron',
      run: () =>
        handOver(node, [bin('vitest/vitest.mjs'), 'run', ...rules.map(name => `tests/contract/${name}.test.ts`)], env),
    },
    { name: 'generated files', run: () => handOver(node, [entry('generate.ts'), '--check'], env) },
  ]
  let failed = 0
  for (const { name, run } of steps) {
    const code = await run()
    process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}\n`)
    if (code !== 0) failed++
  }
  return failed > 0 ? 1 : 0
}

async function main([verb = '', ...args]) {
  const work = verbs.get(verb)
  if (!work) {
    process.stderr.write(`usage: node main/entry/checkout.mjs ${[...verbs.keys()].join('|')} [ARG…]\n`)
    return 2
  }
  if (verb === 'start') {
    if (wantsHelp(args)) {
      process.stdout.write(startHelp)
      return 0
    }
    const flag = unknownFlag(args)
    if (flag !== undefined) {
      process.stderr.write(`error: There is no flag ${flag}.\n\n${startHelp}`)
      return 2
    }
  }
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new SetupError(
      `This is Node ${process.versions.node}; set-up needs Node 20 or later.`,
      'Install a newer Node.',
    )
  }
  if (!existsSync(join(root, 'package-lock.json'))) {
    throw new SetupError('package-lock.json is missing.', 'Restore it: git checkout package-lock.json')
  }
  await ensureNpmPackages(root, process.env)
  return await work({ node: findNode24(root), env: process.env, args })
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  tellFailure(error)
  process.exitCode = 6
}
