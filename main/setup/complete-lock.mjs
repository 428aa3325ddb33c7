/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out:
 *
 *     node main/setup/complete-lock.mjs
 *
 * A package such as a linter names one optional package per platform. Where a registry or mirror carries only some of
 * them, `npm install` writes a lock without the others, and `npm ci` then refuses it everywhere ("Missing: … from lock
 * file"). The entries made here have version and platform, so that every npm accepts the lock and no other platform
 * tries to fetch them; a later `npm install` against a complete registry adds their hashes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const systems = {
  darwin: 'darwin',
  mac: 'darwin',
  win32: 'win32',
  win: 'win32',
  windows: 'win32',
  linux: 'linux',
  android: 'android',
  freebsd: 'freebsd',
  openbsd: 'openbsd',
  netbsd: 'netbsd',
  sunos: 'sunos',
  aix: 'aix',
  openharmony: 'openharmony',
}
const processors = ['x64', 'arm64', 'arm', 'ia32', 'riscv64', 'ppc64', 's390x', 'loong64', 'mips64el', 'wasm32']

/**
 * The optional packages that a lock refers to and does not hold.
 * @param {{ packages: Record<string, { version?: string, optionalDependencies?: Record<string, string> }> }} lock
 * @returns {{ path: string, name: string, version: string }[]}
 */
export function missingOptional(lock) {
  const missing = new Map()
  for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      // npm looks beside the package, then in every folder above it.
      const places = [path, ...parents(path)].map(parent => `${parent ? `${parent}/` : ''}node_modules/${name}`)
      if (!places.some(place => lock.packages[place]))
        missing.set(`node_modules/${name}`, { path: `node_modules/${name}`, name, version })
    }
  }
  return [...missing.values()]
}

function parents(path) {
  const parts = path.split('/node_modules/')
  return parts
    .slice(1)
    .map((_, index) => parts.slice(0, index + 1).join('/node_modules/'))
    .reverse()
    .concat('')
}

/**
 * What a package's name says about where it runs; undefined when it says nothing.
 * @param {string} name such as `@biomejs/cli-linux-x64-musl`
 */
export function platformOf(name) {
  const words = name.split('/').at(-1)?.split(/[-_.]/) ?? []
  const os = words.map(word => (Object.hasOwn(systems, word) ? systems[word] : undefined)).find(Boolean)
  const cpu = words.find(word => processors.includes(word))
  if (!os || !cpu) return undefined
  const libc = os === 'linux' && words.includes('musl') ? { libc: ['musl'] } : {}
  return { cpu: [cpu], os: [os], ...libc }
}

/** @param {string} root the checkout */
function completeLock(root) {
  const file = join(root, 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  const added = missingOptional(lock)
  for (const { path, name, version } of added) {
    const platform = platformOf(name)
    if (!platform || !/^\d+\.\d+\.\d+/.test(version))
      throw new Error(`${name}@${version}: no platform or exact version; add it by hand.`)
    lock.packages[path] = { version, ...platform, optional: true }
  }
  const { '': top, ...rest } = lock.packages
  lock.packages = { '': top, ...Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))) }
  if (added.length > 0) writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`)
  return added
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const added = completeLock(join(dirname(fileURLToPath(import.meta.url)), '..', '..'))
  for (const { name, version } of added) console.log(`added ${name}@${version}`)
}
