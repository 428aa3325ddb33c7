/**
 * Asks the registry which Electron releases there are, through npm's own client and settings, and writes down those of the
 * supported lines: `node main/entry/electron-releases.ts`. The check of the pinned version reads only what is written.
 */
import '../platform/network/unless-offline.ts'

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { ElectronRecord } from '../setup/electron-support.ts'

// Electron's makers support the newest three majors.
const supportedCount = 3

// npm is a process of its own, which our guard does not reach.
if (process.env.SLIPWAY_OFFLINE === 'hard') {
  process.stderr.write('SLIPWAY_OFFLINE=hard forbids to ask the registry.\n')
  process.exit(1)
}
const answer = execFileSync('npm', ['view', 'electron', 'time', 'dist-tags', '--json'], {
  encoding: 'utf8',
  maxBuffer: 32 * 1024 * 1024,
})
const { time, 'dist-tags': tags } = z
  .object({ time: z.record(z.string(), z.string()), 'dist-tags': z.object({ latest: z.string() }) })
  .parse(JSON.parse(answer))
const newestMajor = Number.parseInt(tags.latest, 10)
const supportedMajors = Array.from({ length: supportedCount }, (_, index) => newestMajor - index)
const releases = Object.entries(time)
  .filter(([version]) => /^\d+\.\d+\.\d+$/.test(version) && supportedMajors.includes(Number.parseInt(version, 10)))
  .map(([version, at]) => [version, at.slice(0, 10)] as const)
  .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))

const record: ElectronRecord = {
  lookedUpOn: new Date().toISOString().slice(0, 10),
  supportedMajors,
  releases: Object.fromEntries(releases),
}
writeFileSync(
  join(import.meta.dirname, '..', 'setup', 'electron-releases.json'),
  `${JSON.stringify(record, undefined, 2)}\n`,
)
process.stdout.write(`${releases.length} releases of Electron ${supportedMajors.join(', ')}; newest ${tags.latest}\n`)
