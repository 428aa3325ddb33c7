import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { type Lock, normalName } from './requirements.ts'

/** Where a virtual environment keeps its packages; undefined when there is no such folder. */
export function sitePackages(folder: string): string | undefined {
  if (process.platform === 'win32') return existing(join(folder, 'Lib', 'site-packages'))
  const lib = join(folder, 'lib')
  const version = existsSync(lib) ? readdirSync(lib).find(name => /^python3\.\d+$/.test(name)) : undefined
  return version ? existing(join(lib, version, 'site-packages')) : undefined
}

const existing = (path: string): string | undefined => (existsSync(path) ? path : undefined)

/** The installed packages of one environment, name to version, as their folders are called. */
export function installedIn(folder: string): ReadonlyMap<string, string> {
  const packages = sitePackages(folder)
  const found = (packages ? readdirSync(packages) : []).flatMap(entry => {
    const match = /^(.+)-([^-]+)\.dist-info$/.exec(entry)
    return match?.[1] && match[2] ? [[normalName(match[1]), match[2]] as const] : []
  })
  return new Map(found.sort())
}

/** Throws when something is installed that the lock does not name, or lacks what every platform must have. */
export function assertLocked(folder: string, lock: Lock): void {
  const installed = installedIn(folder)
  const strange = [...installed].filter(
    ([name, version]) => !lock.packages.some(locked => locked.name === name && locked.version === version),
  )
  const lacking = lock.packages.filter(
    locked => locked.marker === undefined && installed.get(locked.name) !== locked.version,
  )
  if (strange.length === 0 && lacking.length === 0) return
  throw new AppError('worker_failed', 'What was installed is not what the lock says.', {
    hint: 'Report this with the details; the environment was not put into place.',
    details: {
      strange: strange.map(pair => pair.join('==')),
      lacking: lacking.map(({ name, version }) => `${name}==${version}`),
    },
  })
}
