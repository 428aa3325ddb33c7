import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { createEventBudget } from './event-budget.ts'
import { safeName } from './job-folder.ts'
import { createJournal, readJournal } from './journal.ts'
import { createLineSplitter, type SplitLine } from './line-splitter.ts'
import { createSilenceWatch } from './silence-watch.ts'

const folders: string[] = []
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'slipway streams '))
  folders.push(made)
  return made
}
afterEach(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true })
})

test('lines come out as they went in, however the stream is cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string().map(text => text.replaceAll(/[\r\n]/g, ''))),
      fc.integer({ min: 1, max: 9 }),
      (lines, size) => {
        const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''))
        const seen: string[] = []
        const splitter = createLineSplitter({ maxLineBytes: 1 << 20 }, line => void seen.push(line.bytes.toString()))
        for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.subarray(at, at + size))
        splitter.end()
        expect(seen).toEqual(lines)
      },
    ),
  )
})

test('a line that is too long keeps its beginning and the count of the rest', () => {
  const seen: SplitLine[] = []
  const splitter = createLineSplitter({ maxLineBytes: 4 }, line => void seen.push(line))
  for (const chunk of ['abc', 'defg', 'h\nok\nxyzzy']) splitter.push(Buffer.from(chunk))
  splitter.end()
  expect(seen.map(({ bytes, cutBytes }) => [bytes.toString(), cutBytes])).toEqual([
    ['abcd', 4],
    ['ok', 0],
    ['xyzz', 1],
  ])
})

test('a redrawn progress bar is one line per redraw', () => {
  const seen: string[] = []
  const splitter = createLineSplitter(
    { maxLineBytes: 99, breakAtReturn: true },
    line => void seen.push(line.bytes.toString()),
  )
  splitter.push(Buffer.from('10%\r20%\r30%\r\nnext\n'))
  expect(seen).toEqual(['10%', '20%', '30%', 'next'])
})

test('a journal is read from any position on, and a torn last line is not an entry yet', () => {
  const path = join(folder(), 'journal.jsonl')
  const journal = createJournal(
    path,
    () => 7,
    () => undefined,
  )
  for (let n = 0; n < 3; n += 1) journal.append(`"type":"event","event":{"event":"n","n":${n}}`)
  const all = readJournal(path, 0)
  expect(all.entries.map(({ entry }) => entry.n)).toEqual([1, 2, 3])
  expect(all.position).toBe(journal.bytes())
  expect(readJournal(path, all.entries[1]?.end ?? 0).entries.map(({ entry }) => entry.n)).toEqual([3])
  expect(readJournal(path, all.position)).toMatchObject({ entries: [], isAtEnd: true })
})

test('a second runner cannot open the journal of the same attempt', () => {
  const path = join(folder(), 'journal.jsonl')
  createJournal(
    path,
    () => 0,
    () => undefined,
  )
  expect(() =>
    createJournal(
      path,
      () => 0,
      () => undefined,
    ),
  ).toThrow(/EEXIST/)
})

test('a large journal is read in pieces that lose nothing', () => {
  const path = join(folder(), 'journal.jsonl')
  const journal = createJournal(
    path,
    () => 0,
    () => undefined,
  )
  const text = 'x'.repeat(700_000)
  for (let n = 0; n < 5; n += 1) journal.append(`"type":"event","event":{"event":"n","text":"${n % 2 ? text : ''}"}`)
  const seen: number[] = []
  let position = 0
  for (let isAtEnd = false; !isAtEnd; ) {
    const piece = readJournal(path, position)
    seen.push(...piece.entries.map(({ entry }) => entry.n))
    position = piece.position
    isAtEnd = piece.isAtEnd
  }
  expect(seen).toEqual([1, 2, 3, 4, 5])
})

test('silence is reported once, only after a first heartbeat, and any word ends it', () => {
  let nowMs = 0
  const watch = createSilenceWatch({ heartbeatMs: 1_000, nowMs: () => nowMs })
  const pass = (ms: number) => {
    const changes: string[] = []
    for (const endMs = nowMs + ms; nowMs < endMs; ) {
      nowMs += watch.checkEveryMs
      changes.push(...[watch.check()].flatMap(change => change ?? []))
    }
    return changes
  }
  watch.heard(false)
  expect(pass(60_000)).toEqual([])
  watch.heard(true)
  expect(pass(2_000)).toEqual([])
  expect(pass(60_000)).toEqual(['unresponsive'])
  expect(watch.heard(false)).toBe('ok')
})

test('a machine that slept, or a runner that was stopped, raises no false alarm', () => {
  let nowMs = 0
  const watch = createSilenceWatch({ heartbeatMs: 1_000, nowMs: () => nowMs })
  watch.heard(true)
  nowMs += 3_600_000
  expect(watch.check()).toBeUndefined()
  nowMs += 500
  expect(watch.check()).toBeUndefined()
})

test('an overdrawn budget asks for a pause that pays it back', () => {
  let nowMs = 0
  const budget = createEventBudget({ bytesPerSecond: 1_000, burstBytes: 5_000, nowMs: () => nowMs })
  expect(budget.spend(5_000)).toBe(0)
  expect(budget.spend(500)).toBe(500)
  nowMs += 500
  expect(budget.spend(0)).toBe(0)
})

test('a file of a job stays inside its folder and out of the runner’s part', () => {
  expect(safeName('config.json')).toBe('config.json')
  expect(safeName('a/../b.json')).toBe('b.json')
  for (const name of ['../x', 'a/../../x', '/etc/passwd', 'runner/spec.json', './runner/x', 'a\0b', '.', ''])
    expect(() => safeName(name)).toThrow(/cannot be called/)
})
