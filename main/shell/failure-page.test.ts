import { expect, test } from 'vitest'
import { AppError } from '../contract/errors.ts'
import { failurePage } from './failure-page.ts'
import { jobNameIn } from './strings.ts'

test('a backend that cannot start says so in the language of the window, with paths as they are', async () => {
  const failure = new AppError('storage_damaged', '/data/slipway.db is damaged or is not a Slipway database.', {
    hint: 'Nothing was changed. Restore the newest good copy with: slipway backup restore.',
  })
  const pageIn = (language: 'en' | 'zh-CN') => failurePage(failure, ['/data/logs/backend.log'], language).text()
  expect(await pageIn('en')).toContain('/data/slipway.db is damaged or is not a Slipway database.')
  const chinese = await pageIn('zh-CN')
  expect(chinese).toContain('/data/slipway.db 已损坏，或不是 Slipway 数据库。')
  expect(chinese).toContain('未做任何更改。请恢复最新的完好副本：slipway backup restore。')
})

test('a job that the backend names is called in the language of the window, and a name of a person stays', () => {
  expect(jobNameIn('zh-CN', { kind: 'import', name: 'import notes' })).toBe('导入 notes')
  expect(jobNameIn('zh-CN', { kind: 'training', name: 'import notes' })).toBe('import notes')
  expect(jobNameIn('en', { kind: 'import', name: 'import notes' })).toBe('import notes')
})
