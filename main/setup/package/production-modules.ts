import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const Entry = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
})
/** As much of package-lock.json as tells who needs whom. */
export const Lock = z.object({ packages: z.record(z.string(), Entry) })
export type Lock = z.output<typeof Lock>

/**
 * The folders below node_modules that the backend needs at run time, nested ones by themselves.
 * @param root the checkout; packages of other platforms are not in it and therefore left out
 * @param names what to begin with: the names of package.json's `dependencies`
 * @param isWanted leaves out packages that an installer does not carry, with all that only they need
 */
export function productionModules(
  root: string,
  { packages }: Lock,
  names: readonly string[],
  isWanted: (name: string) => boolean,
): readonly string[] {
  const found = new Set<string>()
  const visit = (folder: string) => {
    if (found.has(folder)) return
    found.add(folder)
    const { dependencies = {}, optionalDependencies = {} } = packages[folder] ?? {}
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = placeOf(packages, folder, name)
      if (place && isWanted(name) && existsSync(join(root, place))) visit(place)
    }
  }
  for (const name of names) visit(`node_modules/${name}`)
  return [...found].sort()
}

/** Where Node finds a package that another one asks for: beside it, or in a folder above. */
function placeOf(packages: Lock['packages'], from: string, name: string): string | undefined {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const place = `${base ? `${base}/` : ''}node_modules/${name}`
    if (packages[place]) return place
    if (!base) return undefined
  }
}

/**
 * Whether an installer for a platform carries a package: the engines for its processor, on the CPU and through Vulkan.
 * CUDA's are ten times as large and come as a pack of their own.
 * @param platform such as `linux-x64`
 */
export function isCarried(name: string, platform: string): boolean {
  const engine = /^@node-llama-cpp\/(.*)$/.exec(name)?.[1]
  if (engine === undefined) return true
  const wanted = platform.replace('darwin', 'mac').replace('win32', 'win')
  return engine.startsWith(wanted) && !engine.includes('cuda')
}
