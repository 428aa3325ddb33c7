import { expect, test } from 'vitest'
import { ago, deviceName } from './format.ts'

test('an age is told in the unit that a person would use, years among them', () => {
  const now = Date.parse('2026-11-25T12:00:00Z')
  const at = (iso: string, language: 'en' | 'zh' = 'en') => ago(iso, now, language)
  expect(at('2026-11-25T11:59:30Z')).toBe('now')
  expect(at('2026-11-25T11:20:00Z')).toBe('40 min')
  expect(at('2026-11-20T12:00:00Z')).toBe('5 d')
  expect(at('2025-01-01T12:00:00Z')).toBe('693 d')
  expect(at('2023-11-14T12:00:00Z')).toBe('3 y')
  expect(at('2023-11-14T12:00:00Z', 'zh')).toBe('3 年')
})

test('devices are called alike everywhere', () => {
  expect(['cpu', 'cuda:0', 'cuda:12', 'rocm:1'].map(deviceName)).toEqual(['CPU', 'GPU 0', 'GPU 12', 'rocm:1'])
})
