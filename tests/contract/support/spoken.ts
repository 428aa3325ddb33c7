import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isProse, type Spoken, spokenTemplates } from './backend-texts.ts'
import { unseenFiles, unseenTexts } from './unseen-texts.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const main = join(root, 'main')
const worker = join(root, 'native', 'worker', 'slipway_worker')

const isSource = (file: string): boolean => file.endsWith('.ts') && !/(\.test|(^|\/)test-[\w-]+)\.ts$/.test(file)

/** Every string of the backend and of its children, whatever it is. The catalogue itself is no source. */
export function everySpoken(): readonly Spoken[] {
  const files = readdirSync(main, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(main, join(entry.parentPath, entry.name)))
    .filter(file => isSource(file) && !file.startsWith(join('contract', 'words')))
  return [...files.flatMap(file => spokenTemplates(file, readFileSync(join(main, file), 'utf8'))), ...spokenByWorker()]
}

/** The same of the Python worker, read with Python's own parser. */
function spokenByWorker(): readonly Spoken[] {
  const python = process.env.SLIPWAY_TEST_PYTHON ?? 'python3'
  const program = fileURLToPath(new URL('worker_texts.py', import.meta.url))
  const files = readdirSync(worker).filter(file => file.endsWith('.py'))
  const lines = execFileSync(python, [program, ...files.map(file => join(worker, file))], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONUTF8: '1' },
    maxBuffer: 16 * 1024 * 1024,
  })
  return lines
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Spoken)
}

/** What a person can see of it: prose that is not exempt. */
export const seenOf = (all: readonly Spoken[]): readonly Spoken[] =>
  all.filter(
    ({ file, template }) =>
      isProse(template) && !unseenTexts.has(template) && !unseenFiles.some(([where]) => where.test(file)),
  )
