import { afterEach, expect, test, vi } from 'vitest'
import { ago, bytes, count, dateTime, deviceName, duration, figure, memory, middle, timeOfDay } from './format.ts'

afterEach(() => void vi.unstubAllEnvs())

test('a moment is told in the zone of the machine, also when that is changed while the page is open', () => {
  const at = '2026-03-29T00:59:59.000Z'
  vi.stubEnv('TZ', 'Asia/Shanghai')
  expect(dateTime(at)).toBe('2026-03-29 08:59:59')
  vi.stubEnv('TZ', 'America/New_York')
  expect(dateTime(at)).toBe('2026-03-28 20:59:59')
  vi.stubEnv('TZ', 'Asia/Kathmandu')
  expect(timeOfDay(at)).toBe('06:44:59')
})

test('the hour that summer time leaves out is left out, and the one that comes twice is told twice', () => {
  vi.stubEnv('TZ', 'Europe/Berlin')
  expect(['2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z'].map(timeOfDay)).toEqual(['01:59:59', '03:00:00'])
  expect(['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map(timeOfDay)).toEqual(['02:30:00', '02:30:00'])
})

test('how long ago something was is never in the future, whichever way the clock was moved', () => {
  const nowMs = Date.parse('2026-11-25T12:00:00Z')
  expect(ago('2026-11-25T14:00:00Z', nowMs, 'en')).toBe('now')
  expect(ago('2026-11-25T14:00:00Z', nowMs, 'zh')).toBe('刚刚')
  expect(ago('2026-11-25T11:59:00Z', nowMs, 'en')).toBe('1 min')
  expect(ago('2026-11-25T09:40:00Z', nowMs, 'zh')).toBe('2 小时前')
  expect(ago('2026-11-20T12:00:00Z', nowMs, 'en')).toBe('5 d')
  expect(ago('2020-11-25T12:00:00Z', nowMs, 'en')).toBe('2,191 d')
  expect(duration(-7_200, 'en')).toBe('0 s')
})

test('a figure that is no number is called so, and none is lost in rounding', () => {
  expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null, undefined, 0].map(figure)).toEqual([
    'NaN',
    '∞',
    '−∞',
    '–',
    '–',
    '0',
  ])
  expect([0.0002, 1.23456, 12.345, 48_216, 12_345_678].map(figure)).toEqual([
    '2.00e-4',
    '1.2346',
    '12.35',
    '48,216.0',
    '1.23e+7',
  ])
})

test('sizes keep their figures and their unit from bytes to petabytes', () => {
  expect([0, 999, 8_040_000_000, 999_999, 4e15].map(bytes)).toEqual(['0 B', '999 B', '8.04 GB', '1.00 MB', '4.00 PB'])
  expect([0, 2 ** 20, 3 * 2 ** 30, 18.5 * 2 ** 30].map(memory)).toEqual(['0.0 MiB', '1.0 MiB', '3.00 GiB', '18.5 GiB'])
  expect([600_000_000, 4_022_000_000, 12_300, 12, 999_900].map(count)).toEqual([
    ...['600 M', '4.02 B', '12.3 k', '12', '1.00 M'],
  ])
})

test('long names lose their middle, by whole letters of any script', () => {
  const name = `${'模型😀'.repeat(60)}-v2`
  const short = middle(name, 20)
  expect([...short]).toHaveLength(20)
  expect(short.endsWith('-v2')).toBe(true)
  expect(short).not.toContain('\uFFFD')
})

test('devices are called alike everywhere', () => {
  expect(['cpu', 'cuda:0', 'cuda:12', 'rocm:1'].map(deviceName)).toEqual(['CPU', 'GPU 0', 'GPU 12', 'rocm:1'])
})
