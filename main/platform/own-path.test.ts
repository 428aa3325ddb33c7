import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { movedPath, ownPlaces, withMovedPaths } from './own-path.ts'

let dir: string
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'slipway own ')))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const run = `run_${'1'.repeat(32)}`
const model = `mdv_${'2'.repeat(32)}`
const here = () => join(dir, 'here')
const places = () => ownPlaces({ dataDir: here(), runs: join(here(), 'runs'), blobs: join(here(), 'blobs') })
const make = (...parts: string[]) => void mkdirSync(join(here(), ...parts), { recursive: true })

test('what a row calls by a path of another data directory is found here by its id', () => {
  make('runs', run, 'checkpoint-10')
  make('models', model)
  expect(movedPath(`/old/data/runs/${run}/checkpoint-10`, places())).toBe(join(here(), 'runs', run, 'checkpoint-10'))
  expect(movedPath(`/old/data/models/${model}`, places())).toBe(join(here(), 'models', model))
})

test('a path that is right, that is not ours, or of which nothing is here, stays', () => {
  make('models', model)
  const alias = join(dir, 'alias')
  symlinkSync(here(), alias)
  expect(movedPath(join(here(), 'models', model), places())).toBeUndefined()
  expect(movedPath(join(alias, 'models', model), places())).toBeUndefined()
  expect(movedPath('/home/ada/models/base', places())).toBeUndefined()
  expect(movedPath(`/old/data/models/mdv_${'3'.repeat(32)}`, places())).toBeUndefined()
})

test('a configuration has all its paths found, and is the same object when none has moved', () => {
  make('runs', run)
  const config = { epochs: 3, outputDir: `/old/runs/${run}`, trainFiles: ['/home/ada/notes.jsonl'] }
  expect(withMovedPaths(config, places())).toEqual({ ...config, outputDir: join(here(), 'runs', run) })
  const still = { ...config, outputDir: '/elsewhere' }
  expect(withMovedPaths(still, places())).toBe(still)
})
