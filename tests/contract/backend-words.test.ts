import { expect, test } from 'vitest'
import * as z from 'zod'
import { toChinese } from '../../main/contract/words/chinese.ts'
import { matchTemplate, parseTemplate } from '../../main/contract/words/template.ts'
import { allWords, parts } from '../../main/contract/words/zh/index.ts'
import { isProse, spokenTemplates } from './support/backend-texts.ts'
import { everySpoken, seenOf } from './support/spoken.ts'
import { unseenFiles, unseenTexts } from './support/unseen-texts.ts'

const all = everySpoken()
const seen = seenOf(all)
const entries = Object.entries(parts).flatMap(([part, words]) =>
  Object.entries(words).map(([english, chinese]) => ({ part, english, chinese })),
)
const own = entries.filter(({ part }) => part !== 'requests')
const hasHan = (text: string): boolean => /\p{Script=Han}/u.test(text)

test('every sentence that the backend or its worker can show has a Chinese form', () => {
  expect(seen.length).toBeGreaterThan(1_000)
  const missing = seen.filter(({ template }) => !Object.hasOwn(allWords, template))
  expect(missing.map(({ file, line, template }) => `${file}:${line} ${template}`)).toEqual([])
})

test('every Chinese form has its source', () => {
  const templates = new Set(all.map(({ template }) => template))
  expect(own.filter(({ english }) => !templates.has(english)).map(({ english }) => english)).toEqual([])
})

test('every exemption is of something that is there', () => {
  const texts = new Set(all.filter(({ template }) => isProse(template)).map(({ template }) => template))
  expect([...unseenTexts.keys()].filter(text => !texts.has(text))).toEqual([])
  const files = [...new Set(all.map(({ file }) => file))]
  // The catalogue and the scripts of set-up are left out before they are read.
  const read = unseenFiles.filter(([where]) => !/words|setup/.test(where.source))
  expect(read.filter(([where]) => !files.some(file => where.test(file))).map(([where]) => where.source)).toEqual([])
})

test('a Chinese form has the same holes as its source', () => {
  const numbers = (text: string) => [...new Set(parseTemplate(text).holes.map(({ index }) => index))].sort()
  const wrong = entries.filter(({ english, chinese }) => String(numbers(english)) !== String(numbers(chinese)))
  expect(wrong.map(({ english, chinese }) => `${english} → ${chinese}`)).toEqual([])
})

test('no sentence stands in two parts', () => {
  const counts = Map.groupBy(entries, ({ english }) => english)
  expect([...counts].filter(([, found]) => found.length > 1).map(([english]) => english)).toEqual([])
})

test('Chinese is Chinese, with full-width marks, and without the words of another language', () => {
  // Commands, products and formats are called the same: then nothing is left over to translate.
  const isSame = (english: string, chinese: string) =>
    parseTemplate(english)
      .literals.flatMap(literal => literal.match(/\p{L}{3,}/gu) ?? [])
      .every(word => chinese.toLowerCase().includes(word.toLowerCase()))
  const left = entries.filter(({ english, chinese }) => !hasHan(chinese) && !isSame(english, chinese))
  expect(left.map(({ english }) => english)).toEqual([])
  const halfWidth = /\p{Script=Han}[,;:?!]|[,;]\s*\p{Script=Han}|\p{Script=Han}\s?\((?!\d+\/)|\)\s?\p{Script=Han}/u
  expect(entries.filter(({ chinese }) => halfWidth.test(chinese)).map(({ chinese }) => chinese)).toEqual([])
  const words = /(?<![-./\w@])[a-z]{2,} [a-z]{2,} [a-z]{2,}/
  const english = entries.filter(
    ({ chinese }) =>
      words.test(chinese) &&
      !/slipway [a-z]+ |npm start|ollama|apt install|git lfs|pip config|of mine|model memory anatomy|main\/entry/.test(
        chinese,
      ),
  )
  expect(english.map(({ chinese }) => chinese)).toEqual([])
})

/** A template with something in each hole: a figure, or for holes that are translated again a phrase that is known. */
const filled = (english: string, chinese: string) => {
  const { literals, holes } = parseTemplate(english)
  const fills = new Map(parseTemplate(chinese).holes.map(({ index, fill }) => [index, fill]))
  const values = holes.map(({ index }) =>
    fills.get(index) === 'verbatim' || fills.get(index) === 'list' ? `n${index}7` : 'the row',
  )
  const text = literals.map((literal, i) => literal + (values[i] ?? '')).join('')
  return { text, kept: values.filter(value => value !== 'the row') }
}

test('each sentence is read back as itself, with everything that stood in its holes', () => {
  const wrong = entries.flatMap(({ english, chinese }) => {
    const { text, kept } = filled(english, chinese)
    const said = toChinese(text)
    const literals = parseTemplate(chinese).literals.map(literal => literal.trim())
    const isRead = matchTemplate({ literals, holes: [] }, said) !== undefined || said === chinese
    return isRead && kept.every(value => said.includes(value)) ? [] : [`${text} → ${said}`]
  })
  expect(wrong).toEqual([])
})

test('what zod says of input that does not fit has a Chinese form, and nothing else is listed', () => {
  const said = zodMessages()
  const templates = Object.keys(parts.requests ?? {})
    .filter(text => /[A-Z ]/.test(text))
    .map(text => ({ text, template: parseTemplate(text) }))
  const unused = templates.filter(({ template }) => !said.some(text => matchTemplate(template, text)))
  expect(unused.map(({ text }) => text)).toEqual([])
  for (const text of said) expect(hasHan(toChinese(text)), text).toBe(true)
  for (const text of said) expect(toChinese(`parameters.name: ${text}`), text).toMatch(/^parameters\.name：/)
})

function zodMessages(): readonly string[] {
  const cases: readonly (readonly [z.ZodType, unknown])[] = [
    [z.union([z.string(), z.number()]), true],
    [z.literal('a'), 'b'],
    ...[undefined, null, 1, 'text', true, {}, []].flatMap(value => [
      [z.string(), value] as const,
      [z.number(), value] as const,
      [z.boolean(), value] as const,
      [z.array(z.string()), value] as const,
      [z.object({}), value] as const,
    ]),
    [z.int(), 1.5],
    [z.enum(['a', 'b']), 'c'],
    [z.number().max(3), 4],
    [z.number().min(3), 2],
    [z.string().max(1), 'ab'],
    [z.string().min(3), 'ab'],
    [z.array(z.string()).max(1), ['a', 'b']],
    [z.array(z.string()).min(1), []],
    [z.string().regex(/^a$/), 'b'],
    [z.url(), 'b'],
    [z.iso.datetime(), 'b'],
    [z.number().multipleOf(5), 7],
    [z.strictObject({}), { a: 1 }],
    [z.strictObject({}), { a: 1, b: 2 }],
  ]
  return [
    ...new Set(
      cases.flatMap(([schema, value]) => schema.safeParse(value).error?.issues.map(({ message }) => message) ?? []),
    ),
  ]
}

test('the check sees what people read and nothing else', () => {
  const read = (source: string) =>
    spokenTemplates('x.ts', source)
      .map(({ template }) => template)
      .filter(isProse)
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are sources.
  expect(
    read("throw new AppError('not_found', `There is no run ${ref}.`, { hint: 'slipway training list shows them.' })"),
  ).toEqual(['There is no run {0}.', 'slipway training list shows them.'])
  expect(read('const x = `${n} ${n === 1 ? "row" : "rows"} of ${name} are left`')).toEqual([
    '{0} row of {1} are left',
    '{0} rows of {1} are left',
  ])
  expect(read('const x = "It is here" + (y ? ` (as ${y})` : "")')).toEqual(['It is here (as {0})', 'It is here'])
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: these are sources.
  expect(read("log.warn('a job could not be read', { id }); throw new Error('a defect of ours')")).toEqual([])
  expect(read("db.prepare('SELECT id FROM runs WHERE name = ?'); if (text === 'out of memory') {}")).toEqual([])
  expect(read("import x from 'a b c'; const y: 'one of two' = z; const w = { description: 'lists the runs' }")).toEqual(
    [],
  )
})
