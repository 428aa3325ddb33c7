import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Display, openDisplay } from '../support/display.ts'
import { buildDesktop, electronPath, noDesktopReason, root } from './support/desktop.ts'
import { isAlive, processTree } from './support/processes.ts'

const app = '/opt/Slipway'
const noInstallReason =
  noDesktopReason ??
  (process.getuid?.() === 0 ? undefined : 'installing a package needs root') ??
  (existsSync('/usr/bin/dpkg-deb') ? undefined : 'this system has no dpkg') ??
  (existsSync(app) ? `Slipway is installed here already (${app}), and this test would replace it` : undefined)
// Nobody's account: the installed program has to work for a user who owns nothing of it, with Chromium's sandbox on.
const nobody = 65_534

let display: Display
let folder: string
let debBytes = 0

beforeAll(async () => {
  if (noInstallReason) return
  await buildDesktop()
  display = await openDisplay()
  folder = mkdtempSync(join(tmpdir(), 'slipway-package-'))
  run(process.execPath, [
    join(root, 'main', 'entry', 'package.ts'),
    ...['--target', 'deb', '--compression', 'none', '--output', folder],
  ])
  const [deb = ''] = readdirSync(folder).filter(name => name.endsWith('.deb'))
  debBytes = statSync(join(folder, deb)).size
  // What it depends on is Electron's business and was there for the tests before; here its own files are looked at.
  run('dpkg', ['--install', '--force-depends', join(folder, deb)])
  chownSync(folder, nobody, nobody)
}, 240_000)
afterAll(async () => {
  if (folder) {
    run('dpkg', ['--purge', 'slipway'])
    rmSync(folder, { recursive: true, force: true })
  }
  await display?.close()
}, 60_000)
beforeEach(({ skip }) => skip(noInstallReason !== undefined, noInstallReason))

function run(
  file: string,
  args: readonly string[],
  options: { uid?: number; env?: Record<string, string> } = {},
): string {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', maxBuffer: 1e8, ...options })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${stderr}\n${stdout}`)
  return stdout
}

const filesBelow = (path: string) =>
  readdirSync(path, { withFileTypes: true, recursive: true }).map(entry => ({
    path: join(entry.parentPath, entry.name),
    isFile: entry.isFile(),
  }))

const userEnv = () => ({
  ...display.env,
  HOME: folder,
  PATH: '/usr/bin:/bin',
  SLIPWAY_DATA_DIR: join(folder, 'data'),
  XDG_CACHE_HOME: join(folder, 'cache'),
})

test('the package says what it is, and how large', () => {
  const info = run('dpkg-query', [
    '--show',
    `--showformat=${['Package', 'Version', 'Architecture', 'Installed-Size'].map(field => `\${${field}}`).join(' ')}`,
    'slipway',
  ])
  expect(info).toMatch(/^slipway \d+\.\d+\.\d+ (amd64|arm64) \d+$/)
  const installedMb = Number(info.split(' ')[3]) / 1024
  process.stdout.write(`deb ${(debBytes / 1e6).toFixed(0)} MB uncompressed, ${installedMb.toFixed(0)} MiB installed\n`)
  expect(installedMb).toBeLessThan(800)
})

/** What each fuse must be. The program has them in this order. */
const fuses = {
  RunAsNode: 'off',
  EnableCookieEncryption: 'on',
  EnableNodeOptionsEnvironmentVariable: 'off',
  EnableNodeCliInspectArguments: 'off',
  EnableEmbeddedAsarIntegrityValidation: 'on',
  OnlyLoadAppFromAsar: 'on',
  LoadBrowserProcessSpecificV8Snapshot: 'off',
  GrantFileProtocolExtraPrivileges: 'off',
} as const satisfies Record<keyof typeof FuseV1Options, 'on' | 'off'>
const packedMajor = () =>
  Number.parseInt(readFileSync(join(dirname(electronPath), 'version'), 'utf8').replace(/^v/, ''), 10)
/** Newer than what electron-builder sets, and no door: how V8 notices a read past WebAssembly's memory. As Electron has it. */
const newerFuse = 'WasmTrapHandlers'
const newerFuseIndex = '8'
const lastFuse = 'GrantFileProtocolExtraPrivileges'
// Electron 22, which tests may have to use, was made before this one: its file: pages keep a few privileges more. No page of
// ours is one (see window.test.ts); the Electron that is shipped has the fuse.
const isBeforeLastFuse = noInstallReason === undefined && packedMajor() === 22

async function fusesOf(program: string): Promise<Record<string, string>> {
  const { version: _version, ...states } = (await getCurrentFuseWire(program)) as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(states).map(([index, state]) => [
      FuseV1Options[Number(index)] ?? (index === newerFuseIndex ? newerFuse : `unknown fuse ${index}`),
      // As the program holds them: characters.
      { '0': 'off', '1': 'on' }[String.fromCharCode(Number(state))] ?? `state ${state}`,
    ]),
  )
}

test('the installed program has exactly these fuses, each as it must be, and does not run as Node', async () => {
  const { [lastFuse]: _last, ...older } = fuses
  const { [newerFuse]: newer, ...found } = await fusesOf(join(app, 'slipway-desktop'))
  expect(found).toEqual(isBeforeLastFuse ? older : fuses)
  expect([undefined, 'on']).toContain(newer)

  const asNode = spawnSync(join(app, 'slipway-desktop'), ['-e', 'console.log("I am Node")'], {
    encoding: 'utf8',
    timeout: 10_000,
    env: { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--inspect=0' },
  })
  expect(asNode.stdout).not.toContain('I am Node')
  expect(asNode.stderr).not.toContain('Debugger listening')
})

test('pages from files get no privileges more than others', async ({ skip }) => {
  skip(isBeforeLastFuse, `Electron 22 has no fuse ${lastFuse}: the one that is shipped does`)
  expect((await fusesOf(join(app, 'slipway-desktop')))[lastFuse]).toBe('off')
})

test('desktops find it: menu entry, icons, and the three file types', () => {
  const entry = readFileSync('/usr/share/applications/slipway-desktop.desktop', 'utf8')
  const lineOf = (key: string) => new RegExp(`^${key.replace(/[[\]]/g, '\\$&')}=(.*)$`, 'm').exec(entry)?.[1]
  expect(entry).toMatch(/^\[Desktop Entry\]\n/)
  expect(lineOf('Exec')).toBe('/opt/Slipway/slipway-desktop %F')
  expect(lineOf('MimeType')).toBe('application/x-gguf;application/x-safetensors;application/x-ipynb+json;')
  expect(lineOf('Comment[zh_CN]')).toContain('微调')
  expect(existsSync(`/usr/share/icons/hicolor/256x256/apps/${lineOf('Icon')}.png`)).toBe(true)
  const types = readFileSync('/usr/share/mime/packages/slipway.xml', 'utf8')
  for (const pattern of ['*.gguf', '*.safetensors', '*.ipynb']) expect(types).toContain(`<glob pattern="${pattern}"/>`)
  if (existsSync('/usr/bin/update-mime-database'))
    expect(readFileSync('/usr/share/mime/globs2', 'utf8')).toContain('application/x-gguf:*.gguf')
})

test('nothing of development is in it, and nobody but root may change it', () => {
  const files = filesBelow(app).filter(({ path }) => !path.startsWith(`${app}/resources/app/`))
  const development =
    /\.test\.(ts|mjs|py)$|\.map$|\.d\.[cm]?ts$|(^|\/)(\.git|__pycache__|vitest|playwright-core|electron-builder|typescript|@biomejs|vite|tests)(\/|$)|\/main\/(setup|shell)\//
  expect(files.filter(({ path }) => development.test(path.slice(app.length))).map(({ path }) => path)).toEqual([])
  // CUDA's own libraries are a gigabyte that the environments bring; a source of ours may be named after them.
  expect(files.filter(({ path }) => /cuda/i.test(path) && !path.endsWith('.ts')).map(({ path }) => path)).toEqual([])
  const others = files.filter(({ path, isFile }) => isFile && (statSync(path).mode & 0o022 || statSync(path).uid !== 0))
  expect(others).toEqual([])
  // No path of the machine that it was built on.
  for (const name of ['resources/backend/package.json', 'resources/app.asar'])
    expect(readFileSync(join(app, name), 'latin1').includes(root)).toBe(false)
})

test('the command works for a user: it imports rows and a model, with no Node but its own', () => {
  const options = { uid: nobody, env: userEnv() }
  const sample = (name: string) => join(app, 'resources', 'backend', 'resources', 'samples', name)
  run(
    '/usr/bin/slipway',
    ['datasets', 'import', sample('datasets/lab-notes-heldout.jsonl'), '--name', 'notes', '--wait'],
    options,
  )
  run('/usr/bin/slipway', ['models', 'import', sample('model'), '--name', 'base'], options)
  const status = JSON.parse(run('/usr/bin/slipway', ['status', '--json'], options)) as { pid: number }
  // Read as the user: a process's program is shown to nobody else.
  expect(run('readlink', [`/proc/${status.pid}/exe`], options).trim()).toBe(`${app}/resources/node/node`)
  run('/usr/bin/slipway', ['stop'], options)
})

test('the installed program opens its window for a user, in the sandbox, on the imported data', async () => {
  const program = spawn('/usr/bin/slipway-desktop', ['--remote-debugging-port=0'], {
    uid: nobody,
    gid: nobody,
    cwd: folder,
    env: userEnv(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  try {
    const ended = new Promise<number | null>(resolve => program.once('exit', resolve))
    const page = await inspectPage(await debuggingAddress(program))
    await expect.poll(() => page.evaluate('document.querySelector(".frame") !== null')).toBe(true)
    expect(await page.evaluate('location.origin + location.pathname')).toBe('app://slipway/')
    const names = 'fetch("/api/v1/models").then(r => r.json()).then(({ items }) => items.map(({ name }) => name))'
    expect(await page.evaluate(names)).toEqual(['base'])
    page.close()

    const renderer = processTree(program.pid ?? 0).find(pid =>
      readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--type=renderer'),
    )
    const status = readFileSync(`/proc/${renderer}/status`, 'utf8')
    expect(status).toMatch(/^Seccomp:\t2$/m)
    expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    program.kill('SIGTERM')
    await ended
    expect(isAlive(program.pid ?? 0)).toBe(false)
  } finally {
    program.kill('SIGKILL')
  }
})

function debuggingAddress(program: ChildProcess): Promise<URL> {
  return new Promise((resolve, reject) => {
    let said = ''
    program.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const address = /DevTools listening on (\S+)/.exec(said)?.[1]
      if (address) resolve(new URL(address))
    })
    program.once('exit', code => reject(new Error(`it ended with ${code}: ${said}`)))
  })
}

/** Chromium's own protocol: Playwright drives Electron through a door that the fuses of an installed program close. */
async function inspectPage({ host }: URL) {
  const pages = async () => {
    const response = await fetch(`http://${host}/json`)
    const targets = (await response.json()) as { type: string; webSocketDebuggerUrl: string }[]
    return targets.filter(({ type }) => type === 'page')
  }
  await expect.poll(async () => (await pages()).length).toBe(1)
  const [target] = await pages()
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '')
  await new Promise(resolve => socket.addEventListener('open', resolve))
  const waiting = new Map<number, (value: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as { id: number; result: { result: { value: unknown } } }
    waiting.get(answer.id)?.(answer.result.result.value)
    waiting.delete(answer.id)
  })
  let lastId = 0
  const evaluate = (expression: string) =>
    new Promise<unknown>(resolve => {
      lastId += 1
      waiting.set(lastId, resolve)
      const params = { expression, awaitPromise: true, returnByValue: true }
      socket.send(JSON.stringify({ id: lastId, method: 'Runtime.evaluate', params }))
    })
  return { evaluate, close: () => socket.close() }
}
