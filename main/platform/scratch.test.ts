import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inScratch } from './scratch.ts'

test('work has a folder of its own, which is gone when the work has ended, well or badly', async () => {
  const root = mkdtempSync(join(tmpdir(), 'slipway scratch '))
  const parent = join(root, 'scratch')
  const work = async (folder: string) => {
    writeFileSync(join(folder, 'half'), 'made')
    return folder
  }
  const [first, second] = await Promise.all([inScratch(parent, 'split', work), inScratch(parent, 'split', work)])
  expect(first).not.toBe(second)
  expect(existsSync(first)).toBe(false)
  const failing = inScratch(parent, 'split', async folder => {
    await work(folder)
    throw new Error('halfway')
  })
  await expect(failing).rejects.toThrow('halfway')
  expect(readdirSync(parent)).toEqual([])
  rmSync(root, { recursive: true })
})
