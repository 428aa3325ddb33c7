import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

type Locked = {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
}

const packageOf = (path: string): string | undefined =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path.replaceAll('\\', '/'))?.[1]

/**
 * Leaves `licences.json` beside the page: every npm package that is shipped, which is what the bundle was made of and
 * what the backend runs with, by name, with version and licence as the lock file has them.
 * @param lockFile the checkout's package-lock.json
 */
export function licences(lockFile: string): Plugin {
  return {
    name: 'slipway:licences',
    generateBundle() {
      const bundled = new Set([...this.getModuleIds()].map(packageOf))
      const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as { packages: Record<string, Locked> }
      const shipped = Object.entries(packages).flatMap(([path, { version, license, dev, devOptional }]) => {
        const name = packageOf(`${path}/`)
        if (name === undefined || version === undefined) return []
        const isShipped = bundled.has(name) || !(dev || devOptional)
        return isShipped ? [{ name, version, licence: license ?? '' }] : []
      })
      const unique = [...new Map(shipped.map(part => [`${part.name} ${part.version}`, part])).values()]
      unique.sort((a, b) => a.name.localeCompare(b.name, 'en'))
      this.emitFile({ type: 'asset', fileName: 'licences.json', source: JSON.stringify(unique) })
    },
  }
}
