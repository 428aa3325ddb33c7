import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Recipes } from '../recipes.ts'

// A wheel as small as the format allows: one module, METADATA, WHEEL, RECORD.
const makeWheel = `
import base64, hashlib, sys, zipfile
folder, name, version, code = sys.argv[1:]
info = f"{name}-{version}.dist-info"
files = {
    f"{name}.py": code.encode(),
    f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n".encode(),
    f"{info}/WHEEL": b"Wheel-Version: 1.0\\nGenerator: slipway-tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}
digest = lambda data: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
record = "".join(f"{path},sha256={digest(data)},{len(data)}\\n" for path, data in files.items()) + f"{info}/RECORD,,\\n"
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    for path, data in {**files, f"{info}/RECORD": record.encode()}.items():
        wheel.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), data)
`

export type TinyPackage = { readonly name: string; readonly version: string; readonly code?: string }

/** Writes wheels of a few hundred bytes into a folder, and a lock that names them with their real hashes. */
export function writeWheelhouse(folder: string, packages: readonly TinyPackage[]): string {
  mkdirSync(folder, { recursive: true })
  const lines = packages.map(({ name, version, code = `VERSION = "${version}"\n` }) => {
    execFileSync('python3', ['-c', makeWheel, folder, name, version, code])
    const wheel = readFileSync(join(folder, `${name}-${version}-py3-none-any.whl`))
    return `${name}==${version} \\\n    --hash=sha256:${createHash('sha256').update(wheel).digest('hex')}\n`
  })
  return lines.join('')
}

/** Recipes with one environment `tiny`, whose lock and imports are given; the probe is the real one. */
export function tinyRecipes(folder: string, lock: string, imports: readonly [string, ...string[]]): Recipes {
  mkdirSync(folder, { recursive: true })
  const real = join(import.meta.dirname, '..', '..', '..', '..', 'native', 'environments')
  for (const file of ['probe.py', 'uv.txt']) writeFileSync(join(folder, file), readFileSync(join(real, file)))
  writeFileSync(join(folder, 'tiny.txt'), lock)
  const platforms: [string, ...string[]] = [`${process.platform}-${process.arch}`]
  const backends = { cpu: { lock: 'tiny.txt', platforms }, rocm: { missing: 'No index here has ROCm builds.' } }
  const recipe = {
    description: 'for tests',
    internal: false,
    imports: [...imports] as [string, ...string[]],
    atLeast: {},
    backends,
  }
  const { uv, python } = JSON.parse(readFileSync(join(real, 'recipes.json'), 'utf8')) as Pick<Recipes, 'uv' | 'python'>
  const layered = { ...recipe, extends: 'tiny', imports: ['upper'] as [string, ...string[]] }
  const recipes = { uv, python, recipes: { tiny: recipe, layered } }
  writeFileSync(join(folder, 'recipes.json'), JSON.stringify(recipes))
  return { ...recipes, folder }
}
