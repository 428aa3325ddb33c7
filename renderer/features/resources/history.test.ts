import { expect, test } from 'vitest'
import type { ResourceSample } from '../../../main/contract/resources.ts'
import { curvesOf, withSample } from './history.ts'

const sample = (second: number, devices: ResourceSample['devices'] = []): ResourceSample => ({
  at: new Date(second * 1000).toISOString(),
  cpuPercent: second,
  memoryUsedBytes: second * 10,
  devices,
})
const gpu = (id: string, usedBytes: number) => ({
  id,
  usedBytes,
  utilizationPercent: null,
  temperatureCelsius: null,
  powerWatts: null,
})

test('what is older than the span is forgotten', () => {
  const samples = [sample(1), sample(2), sample(3)]
  expect(withSample(samples, sample(4), 2).map(({ cpuPercent }) => cpuPercent)).toEqual([2, 3, 4])
})

test('a sample that comes twice is kept once', () => {
  expect(withSample([sample(1), sample(2)], sample(2), 60)).toHaveLength(2)
})

test('a clock that was set back takes the samples of its future with it', () => {
  expect(withSample([sample(100), sample(200)], sample(150), 60).map(({ cpuPercent }) => cpuPercent)).toEqual([
    100, 150,
  ])
})

test('a silence is a gap, not a straight line', () => {
  const { x, cpuPercent } = curvesOf([sample(101), sample(102), sample(160)], 100)
  expect(x).toEqual([60, 101, 102, 103, 160])
  expect(cpuPercent).toEqual([null, 101, 102, null, 160])
})

test('a device that appears later has nothing before', () => {
  const { devices } = curvesOf([sample(1), sample(2, [gpu('cuda:0', 7)])], 1)
  expect(devices.get('cuda:0')).toEqual({ utilizationPercent: [null, null, null], usedBytes: [null, null, 7] })
})
