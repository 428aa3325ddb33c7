import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

const filesBelow = (dir: string): string[] =>
  readdirSync(join(root, dir), { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name))
    .map(entry => relative(root, join(entry.parentPath, entry.name)))

const importsOf = (source: string): string[] =>
  [
    ...source.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?(?:\{[^}]*\}[^'"\n;]*?)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g,
    ),
  ].map(match => match[1] ?? match[2] ?? '')

/** The layer of a file below main/, with the domain's name for domains. */
const layerOf = (file: string): string => {
  const [, layer = '', part = ''] = file.split('/')
  return layer === 'domains' ? `domains/${part}` : layer
}

/** architecture.md 2: contract → nothing; platform → contract; domains → contract, platform; surfaces → contract, platform. */
function mayImport(from: string, to: string): boolean {
  if (from === to || from === 'entry' || from === 'setup') return true
  if (to === 'contract') return true
  if (from === 'contract') return false
  if (to === 'platform') return from !== 'platform'
  return false
}

function violations(file: string, source: string): string[] {
  const from = layerOf(file)
  return importsOf(source).flatMap(specifier => {
    if (!specifier.startsWith('.')) {
      if (specifier === 'electron' && from !== 'shell') return [`${file}: only main/shell may import electron`]
      if (from === 'contract' && specifier.startsWith('node:'))
        return [`${file}: the contract runs anywhere, so it may not import ${specifier}`]
      return []
    }
    const target = relative(root, join(root, dirname(file), specifier))
    if (!target.startsWith('main/')) return []
    return mayImport(from, layerOf(target)) ? [] : [`${file} may not import ${target}`]
  })
}

// A child's entry file is not a module to build on; only what it shares with its domain is.
const isTest = (file: string) => file.endsWith('.test.ts')

test('imports follow the layers: contract, platform, domains, surfaces', () => {
  const found = filesBelow('main')
    .filter(file => !isTest(file))
    .flatMap(file => violations(file, readFileSync(join(root, file), 'utf8')))
  expect(found).toEqual([])
})

test('the check sees what it forbids', () => {
  expect(violations('main/domains/models/service.ts', "import { x } from '../datasets/service.ts'")).toHaveLength(1)
  expect(violations('main/contract/models.ts', "import { readFileSync } from 'node:fs'")).toHaveLength(1)
  expect(violations('main/platform/db/open.ts', "import { x } from '../../domains/models/repo.ts'")).toHaveLength(1)
  expect(
    violations('main/surfaces/http/gateway.ts', "import type { X } from '../../domains/models/service.ts'"),
  ).toHaveLength(1)
  expect(violations('main/domains/models/service.ts', "import { app } from 'electron'")).toHaveLength(1)
  expect(violations('main/domains/models/service.ts', "import {\n  a,\n  b,\n} from '../jobs/repo.ts'")).toHaveLength(1)
  expect(violations('main/domains/models/service.ts', "import { x } from './formats/gguf.ts'")).toEqual([])
})
