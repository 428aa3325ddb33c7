import {
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import packageJson from '../../../package.json' with { type: 'json' }
import { isCarried, Lock, productionModules } from './production-modules.ts'

type Place = {
  readonly root: string
  /** `build/package`: emptied first. */
  readonly out: string
  /** Such as `linux-x64`. */
  readonly platform: string
  /** The Node to ship. */
  readonly node: string
}

/** What a checkout needs and an installed Slipway does not, by path from the root. */
const leftOut: readonly RegExp[] = [
  /\.test\.(ts|mjs|py)$/,
  /(^|\/)__pycache__(\/|$)/,
  /^main\/(shell|setup)(\/|$)/,
  /^main\/.*\/testing(\/|$)/,
  /^main\/entry\/(checkout\.mjs|slipway\.mjs|electron\.ts|electron-releases\.ts|generate\.ts|lock-environments\.ts|package\.ts|tour\.ts)$/,
  /^native\/environments\/tests\./,
  /^resources\/(linux|windows|samples\/make)(\/|$)/,
]

/** Files of packages that nothing reads at run time: TypeScript (Node runs none of a package's), maps, notes. */
const neverRead = /\.([cm]?tsx?|map|tsbuildinfo|gyp|md|markdown|flow)$|(^|\/)(\.github|\.vscode)(\/|$)/i
const compiledFrom: Readonly<Record<string, RegExp>> = {
  'node_modules/better-sqlite3': /^(deps|src)(\/|$)|^prebuilds\//,
  'node_modules/koffi': /^(src|vendor|doc)(\/|$)/,
  'node_modules/node-llama-cpp': /^(templates|bins)(\/|$)/,
}

/**
 * Lays out what the installers carry beside Electron: the backend as a checkout has it, without what only developers
 * need; the Node that runs it; the command.
 */
export function stagePackage({ root, out, platform, node }: Place): void {
  rmSync(out, { recursive: true, force: true })
  const backend = join(out, 'backend')
  mkdirSync(backend, { recursive: true })
  for (const part of ['main', 'native', 'resources', 'build/renderer', 'LICENSE']) {
    copy(join(root, part), join(backend, part), path => {
      const inside = relative(root, path).split(sep).join('/')
      return !leftOut.some(pattern => pattern.test(inside))
    })
  }
  const lock = Lock.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
  const names = Object.keys(packageJson.dependencies)
  for (const folder of productionModules(root, lock, names, name => isCarried(name, platform)))
    copyModule(root, folder, backend, platform)
  const { name, version, license, type } = packageJson
  writeFileSync(join(backend, 'package.json'), `${JSON.stringify({ name, version, license, type }, undefined, 2)}\n`)

  mkdirSync(join(out, 'node'))
  cpSync(node, join(out, 'node', basename(node)), { mode: constants.COPYFILE_FICLONE })
  mkdirSync(join(out, 'bin'))
  const [system, command] = platform.startsWith('win32') ? ['windows', 'slipway.cmd'] : ['linux', 'slipway']
  cpSync(join(root, 'resources', system, command), join(out, 'bin', command))
  chmodSync(join(out, 'bin', command), 0o755)
  // Filled by whoever can get it; the folder is named in electron-builder.yml and has to be there.
  mkdirSync(join(out, 'uv'))
}

function copyModule(root: string, folder: string, backend: string, platform: string): void {
  const source = join(root, folder)
  const sources = compiledFrom[folder]
  const prebuilt = `prebuilds/${platform}.node`
  copy(source, join(backend, folder), path => {
    const inside = relative(source, path).split(sep).join('/')
    // Packages inside this one are copied by themselves, if they are needed.
    if (inside === 'node_modules' || inside.startsWith('node_modules/')) return false
    if (inside === prebuilt) return true
    return !neverRead.test(inside) && !sources?.test(inside)
  })
}

function copy(from: string, to: string, filter: (path: string) => boolean): void {
  if (!existsSync(from)) throw new Error(`${from} is not there: npm run package builds it first.`)
  cpSync(from, to, { recursive: true, filter, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true })
}

/** Files and bytes below a folder. */
export function measure(folder: string): { files: number; bytes: number } {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter(entry => entry.isFile())
  const bytes = entries.reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0)
  return { files: entries.length, bytes }
}
