import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { dictionaryEntries, gluedMarks, literalTexts, unsaidTexts } from './support/renderer-texts.ts'

const root = fileURLToPath(new URL('../../renderer', import.meta.url))
const sources = readdirSync(root, { withFileTypes: true, recursive: true })
  .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
  .map(entry => join(entry.parentPath, entry.name))
  .map(path => ({ file: relative(root, path), source: readFileSync(path, 'utf8') }))

/** Units, marks and names of fields that are the same in both languages. */
const universal = new Set([
  ...['ms', 's', 'tok', 'v', 'r', 'n', 'p', '°C', 'p50', 'p95', 'sha256', 'https', 'Top'],
  // Training methods are called by their names in both.
  ...['sft', 'dpo', 'kto', 'pretrain'],
  // What the columns of well-known data formats are called.
  ...['messages', 'conversations', 'instruction', 'input', 'output'],
])

/** Whether a text needs no Chinese: figures, units, commands, names of products and formats. */
const isUniversal = (text: string): boolean =>
  /^slipway [a-z]+ [a-z]+$/.test(text) ||
  text.split(/[\s,/·+()=:%→–，：、（）-]+/).every(
    word =>
      word === '' ||
      universal.has(word) ||
      !/\p{L}/u.test(word) ||
      // API, GPU, SHA, BLEU, Qwen3, LoRA, OpenAI, ONNX, Python, JSONL …: one capitalised word may be a name.
      /^[A-Z][\w.@-]*$/.test(word) ||
      /^[a-z]+[A-Z]\w*$/.test(word),
  )

const hasHan = (text: string): boolean => /\p{Script=Han}/u.test(text)

test('no text stands in the markup, where it could not be translated', () => {
  const found = sources
    .filter(({ file }) => file.endsWith('.tsx'))
    .flatMap(({ file, source }) =>
      literalTexts(file, source)
        .filter(({ text }) => !isUniversal(text))
        .map(({ line, text }) => `${file}:${line} ${text}`),
    )
  expect(found).toEqual([])
})

const entries = sources.flatMap(({ file, source }) =>
  dictionaryEntries(file, source).map(entry => ({ ...entry, at: `${file}:${entry.line} ${entry.key}` })),
)

test('every entry says something in both languages, with the same figures', () => {
  expect(entries.length).toBeGreaterThan(500)
  const wrong = entries.filter(
    ({ phrases: [english, chinese, more] }) =>
      !english ||
      !chinese ||
      more ||
      english.arity !== chinese.arity ||
      (english.text === '') !== (chinese.text === ''),
  )
  expect(wrong.map(({ at }) => at)).toEqual([])
})

test('Chinese is Chinese, unless both languages say the same name or unit', () => {
  const wrong = entries.filter(({ phrases: [english, chinese] }) => {
    if (!english || !chinese || hasHan(chinese.text) || chinese.text === '') return false
    // The switch between languages is called by the other language's own name.
    return !hasHan(english.text) && !isUniversal(chinese.text)
  })
  expect(wrong.map(({ at, phrases }) => `${at}: ${phrases[1]?.text}`)).toEqual([])
})

test('English has no Chinese in it, but for the name of the language', () => {
  const wrong = entries.filter(({ phrases: [english] }) => english && hasHan(english.text.replace(/(切换到)?中文/, '')))
  expect(wrong.map(({ at }) => at)).toEqual([])
})

test('Chinese sentences have full-width marks', () => {
  const wrong = entries.filter(({ phrases: [, chinese] }) =>
    /\p{Script=Han}[,;:?!]|[,;]\s*\p{Script=Han}|\p{Script=Han}\s?\(|\)\s?\p{Script=Han}/u.test(chinese?.text ?? ''),
  )
  expect(wrong.map(({ at, phrases }) => `${at}: ${phrases[1]?.text}`)).toEqual([])
})

/** Of components and hooks of the page: what they give is its own words, or was passed through the catalogue. */
const ownProps = new Set([
  'app/NoPermissionPage.tsx cause',
  'app/NoPermissionPage.tsx remedy',
  'features/evaluation/NewEvaluation.tsx hint',
  'features/inference/DeploymentForm.tsx hint',
  'features/playground/Parameters.tsx hint',
  'features/training/form/FieldRow.tsx hint',
  'features/training/form/FieldRow.tsx problem',
  'features/training/form/PlanBar.tsx cause',
])

test('what the backend says is shown through the catalogue of its words', () => {
  const found = sources
    .filter(({ file }) => file.endsWith('.tsx'))
    .flatMap(({ file, source }) => unsaidTexts(file, source).map(({ line, text }) => ({ file, line, text })))
  expect(found.filter(({ file, text }) => !ownProps.has(`${file} ${text}`))).toEqual([])
  const names = new Set(found.map(({ file, text }) => `${file} ${text}`))
  expect([...ownProps].filter(name => !names.has(name))).toEqual([])
})

/** Where the marks are chosen, code to be copied, and rows as they lie in their file. */
const ownMarks = new Set([
  'lib/marks.ts',
  'features/inference/call-examples.ts',
  'features/datasets/rows/row-text.ts',
  'features/datasets/import/Sample.tsx',
])

test('no mark of one language stands between parts: they are put together by lib/marks.ts', () => {
  const found = sources
    .filter(({ file }) => !ownMarks.has(file))
    .flatMap(({ file, source }) => gluedMarks(file, source).map(({ line, text }) => `${file}:${line} ${text}`))
  expect(found).toEqual([])
})

test('the checks see what they forbid', () => {
  const texts = (source: string) => literalTexts('x.tsx', source).map(({ text }) => text)
  expect(texts('const x = <p>Loading</p>')).toEqual(['Loading'])
  expect(texts("const x = <p>{isOn ? 'On' : text.off}</p>")).toEqual(['On'])
  expect(texts('const x = <p>{`${' + 'n} rows`}</p>')).toEqual(['rows'])
  expect(texts('const x = <input placeholder="Filter" className="filter" />')).toEqual(['Filter'])
  expect(texts("const x = [{ value: 'dark', label: 'Dark' }]")).toEqual(['Dark'])
  expect(texts("message.success('Saved')")).toEqual(['Saved'])
  expect(texts('const x = <p><code>npm run tour</code> {text.more}</p>')).toEqual([])
  const [entry] = dictionaryEntries('x.ts', "dictionary({ a: ['One', (n: number) => n + ' 个'] } satisfies X)")
  expect(entry?.phrases).toEqual([
    { arity: 0, text: 'One' },
    { arity: 1, text: '个' },
  ])
  const unsaid = (source: string) => unsaidTexts('x.tsx', source).map(({ text }) => text)
  expect(unsaid('const x = <p>{run.failure?.message ?? text.none}</p>')).toEqual(['run.failure?.message'])
  expect(unsaid('const x = <p title={formula}>{warning}</p>')).toEqual(['formula', 'warning'])
  expect(unsaid('message.error(failureOf(error).message)')).toEqual(['failureOf(error).message'])
  expect(unsaid('const x = <p title={said(formula)}><Said>{warning}</Said>{said(hint)} {text.hint}</p>')).toEqual([])
  expect(unsaid('const x = <Fault title={text.failed} cause={failure.message} />')).toEqual([])
  const glued = (source: string) => gluedMarks('x.tsx', source).length
  expect(glued('const x = `${' + 'kind}: ${' + 'name}`')).toBe(1)
  expect(glued("const x = <p>{names.join(', ')}</p>")).toBe(1)
  expect(glued('const x = <Fault raw={`${' + 'code}: ${' + 'message}`} />')).toBe(0)
  expect(isUniversal('SHA-256, LoRA')).toBe(true)
  expect(isUniversal('filter this')).toBe(false)
})
