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

/** The layer of a file: its folder below main/, with the domain's name for domains; preload and renderer by their own. */
const layerOf = (file: string): string => {
  const [top = '', layer = '', part = ''] = file.split('/')
  if (top !== 'main') return top
  return layer === 'domains' ? `domains/${part}` : layer
}

/**
 * contract → nothing; platform → contract; domains, surfaces and shell → contract, platform; preload and renderer →
 * contract. What the preload script offers (`desktop-api.ts`) is known to the shell and the renderer.
 */
function mayImport(from: string, to: string, target: string): boolean {
  if (from === to || from === 'entry' || from === 'setup') return true
  if (target === 'preload/desktop-api.ts') return from === 'shell' || from === 'renderer'
  if (to === 'contract') return true
  if (from === 'contract') return false
  if (to === 'platform') return from !== 'platform' && from !== 'preload' && from !== 'renderer'
  return false
}

function violations(file: string, source: string): string[] {
  const from = layerOf(file)
  return importsOf(source).flatMap(specifier => {
    if (!specifier.startsWith('.')) {
      if (specifier === 'electron' && from !== 'shell' && from !== 'preload')
        return [`${file}: only main/shell and preload may import electron`]
      if (specifier.startsWith('node:') && from === 'renderer') return [`${file}: a page has no ${specifier}`]
      if (from === 'contract' && specifier.startsWith('node:'))
        return [`${file}: the contract runs anywhere, so it may not import ${specifier}`]
      return []
    }
    const target = relative(root, join(root, dirname(file), specifier))
    if (!/^(main|preload|renderer)\//.test(target)) return []
    return mayImport(from, layerOf(target), target) ? [] : [`${file} may not import ${target}`]
  })
}

// A child's entry file is not a module to build on; only what it shares with its domain is.
const isTest = (file: string) => /\.(test|config)\.tsx?$/.test(file)

test('imports follow the layers: contract, platform, domains, surfaces, shell, pages', () => {
  const found = ['main', 'preload', 'renderer']
    .flatMap(filesBelow)
    .filter(file => !isTest(file))
    .flatMap(file => violations(file, readFileSync(join(root, file), 'utf8')))
  expect(found).toEqual([])
})

test('one file alone writes to the clipboard: in the desktop window the web’s own way is denied', () => {
  const writing = filesBelow('renderer').filter(file =>
    /navigator\.clipboard/.test(readFileSync(join(root, file), 'utf8')),
  )
  expect(writing).toEqual(['renderer/lib/copy.ts'])
})

test('the check sees what it forbids', () => {
  expect(violations('main/domains/models/service.ts', "import { x } from '../datasets/service.ts'")).toHaveLength(1)
  expect(violations('main/contract/models.ts', "import { readFileSync } from 'node:fs'")).toHaveLength(1)
  expect(violations('main/platform/db/open.ts', "import { x } from '../../domains/models/repo.ts'")).toHaveLength(1)
  expect(
    violations('main/surfaces/http/gateway.ts', "import type { X } from '../../domains/models/service.ts'"),
  ).toHaveLength(1)
  expect(violations('main/domains/models/service.ts', "import { app } from 'electron'")).toHaveLength(1)
  expect(violations('main/entry/electron.ts', "import { app } from 'electron'")).toHaveLength(1)
  expect(violations('main/shell/app.ts', "import { x } from '../surfaces/http/gateway.ts'")).toHaveLength(1)
  expect(violations('preload/preload.ts', "import { x } from '../main/platform/log.ts'")).toHaveLength(1)
  expect(violations('renderer/app/main.tsx', "import { x } from '../../main/platform/log.ts'")).toHaveLength(1)
  expect(violations('main/platform/log.ts', "import { x } from '../../preload/desktop-api.ts'")).toHaveLength(1)
  expect(violations('main/domains/models/service.ts', "import {\n  a,\n  b,\n} from '../jobs/repo.ts'")).toHaveLength(1)
  expect(violations('main/domains/models/service.ts', "import { x } from './formats/gguf.ts'")).toEqual([])
})
