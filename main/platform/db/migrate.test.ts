import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { type Migration, migrate, pending } from './migrate.ts'

const step = (version: number, name = `t${version}`): Migration => ({
  version,
  name,
  up: db => db.exec(`CREATE TABLE ${name} (a TEXT) STRICT`),
})
const tables = (db: Database.Database) =>
  db
    .prepare<[], { name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_steps' ORDER BY name",
    )
    .all()
    .map(row => row.name)

test('steps are applied once, in order, and a second start finds nothing to do', () => {
  const db = new Database(':memory:')
  expect(migrate(db, [step(10), step(20)])).toBe(2)
  expect(migrate(db, [step(10), step(20)])).toBe(2)
  expect(tables(db)).toEqual(['t10', 't20'])
})

test('a domain may add a step below the highest number of another', () => {
  const db = new Database(':memory:')
  migrate(db, [step(100), step(800)])
  expect(pending(db, [step(100), step(110), step(800)]).steps.map(each => each.version)).toEqual([110])
  migrate(db, [step(100), step(110), step(800)])
  expect(tables(db)).toEqual(['t100', 't110', 't800'])
})

test('a step that fails leaves no trace, and the ones before it stay', () => {
  const db = new Database(':memory:')
  const bad: Migration = {
    version: 20,
    name: 'bad',
    up: d => {
      d.exec('CREATE TABLE half (a TEXT) STRICT')
      throw new Error('boom')
    },
  }
  expect(() => migrate(db, [step(10), bad])).toThrow('boom')
  expect(tables(db)).toEqual(['t10'])
  expect(pending(db, [step(10), step(20)]).steps.map(each => each.version)).toEqual([20])
})

test('a file from a newer build is refused, untouched, with what to do', () => {
  const db = new Database(':memory:')
  migrate(db, [step(10), step(990, 'later')])
  expect(() => migrate(db, [step(10), step(20)])).toThrow(
    expect.objectContaining({ code: 'conflict', hint: expect.stringContaining('newer Slipway') }),
  )
  expect(tables(db)).toEqual(['later', 't10'])
})
