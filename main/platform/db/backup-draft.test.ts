import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { draftBackup } from './backup.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway draft '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const sound = { ok: true, problems: [], schemaVersion: 1, tables: {} }
const written = () => {
  const draft = draftBackup(join(folder, 'mine.db'))
  writeFileSync(draft.path, 'the copy')
  return draft
}

test('a backup has its name only once it is published', () => {
  const draft = written()
  expect(existsSync(join(folder, 'mine.db'))).toBe(false)
  expect(draft.publish(sound)).toEqual({ sizeBytes: 8 })
  expect(readFileSync(join(folder, 'mine.db'), 'utf8')).toBe('the copy')
  expect(existsSync(draft.path)).toBe(false)
})

test('a name that somebody took meanwhile stays theirs', () => {
  const draft = written()
  writeFileSync(join(folder, 'mine.db'), 'theirs')
  expect(() => draft.publish(sound)).toThrow(expect.objectContaining({ code: 'conflict' }))
  expect(readFileSync(join(folder, 'mine.db'), 'utf8')).toBe('theirs')
})

test('a copy that is not sound is not published, and an abandoned one leaves nothing', () => {
  const draft = written()
  writeFileSync(`${draft.path}-journal`, '')
  const publish = () => draft.publish({ ...sound, ok: false, problems: ['page 3 is damaged'] })
  expect(publish).toThrow(
    expect.objectContaining({ code: 'storage_damaged', message: expect.stringContaining('page 3') }),
  )
  draft.abandon(new Error('unsound'))
  for (const path of [draft.path, `${draft.path}-journal`, join(folder, 'mine.db')])
    expect(existsSync(path), path).toBe(false)
})
