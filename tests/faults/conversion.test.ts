import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isEnded } from '../../main/contract/jobs.ts'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { keptIn, sampleModel, untilNote } from '../support/conversions.ts'
import { ended } from '../support/jobs.ts'

/** What conversions leave when they are stopped, killed, or meet a full disk: nothing, and what was there before. */

const python = process.env.SLIPWAY_TEST_PYTHON

describe.skipIf(python === undefined)(
  'a conversion (needs SLIPWAY_TEST_PYTHON: a built environment)',
  { timeout: 240_000 },
  () => {
    let backend: RunningBackend
    const cleanUps: (() => void)[] = []

    beforeEach(async () => {
      backend = await startBackend()
      const { jobId } = await backend.client.models.import({ path: sampleModel, name: 'base' })
      await ended(backend.client, jobId)
    }, 60_000)
    afterEach(async () => {
      if (backend.child.exitCode !== null || backend.child.signalCode !== null)
        backend = await startBackend({ dataDir: backend.dataDir })
      const { items } = await backend.client.jobs.list({})
      for (const { id } of items.filter(job => !isEnded(job.state))) {
        await backend.client.jobs.stop({ id })
        await ended(backend.client, id)
      }
      for (const cleanUp of cleanUps.splice(0)) cleanUp()
      await backend.dispose()
    })

    const begin = () => backend.client.models.convert({ id: 'base', to: 'gguf', quantize: 'F32', name: 'made' })
    const names = async () => (await backend.client.models.list({})).items.map(model => model.name)
    /** The folders go right after the end is written: soon, and without another call. */
    const untilNothingIsKept = () => expect.poll(() => keptIn(backend.dataDir)).toEqual([])

    test('that is stopped leaves nothing half-made', async () => {
      const { jobId, id } = await begin()
      await untilNote(backend, jobId, /importing|converting/)
      expect(keptIn(backend.dataDir)).toEqual([`${id}.partial`])
      await backend.client.jobs.stop({ id: jobId })
      expect((await ended(backend.client, jobId)).state).toBe('cancelled')
      await untilNothingIsKept()
      expect(await names()).toEqual(['base'])
    })

    test('whose process is killed fails, and leaves nothing half-made', async () => {
      const { jobId } = await begin()
      const { pid = 0 } = await untilNote(backend, jobId, /importing|converting/)
      process.kill(pid, 'SIGKILL')
      expect(await ended(backend.client, jobId)).toMatchObject({ state: 'failed', failure: { code: 'worker_failed' } })
      await untilNothingIsKept()
      expect(await names()).toEqual(['base'])
    })

    test('goes on when its backend is killed, and its model is there once', async () => {
      const { jobId, id } = await begin()
      await untilNote(backend, jobId, /importing|converting/)
      await backend.kill('SIGKILL')
      backend = await startBackend({ dataDir: backend.dataDir })
      expect((await ended(backend.client, jobId)).state).toBe('done')
      expect(await backend.client.models.show({ id })).toMatchObject({ name: 'made', version: 1, state: 'ready' })
      expect(keptIn(backend.dataDir)).toEqual([id])
    })

    test('that died together with its backend leaves nothing after the next start', async () => {
      const { jobId, id } = await begin()
      const { pid = 0 } = await untilNote(backend, jobId, /importing|converting/)
      await backend.kill('SIGKILL')
      process.kill(pid, 'SIGKILL')
      // As if power had gone between the row's end and the folder's: two that no row knows.
      const strays = ['mdv_00000000000000000000000000000001', 'mdv_00000000000000000000000000000002.partial']
      for (const stray of strays) mkdirSync(join(backend.dataDir, 'models', stray))
      mkdirSync(join(backend.dataDir, 'models', 'of-somebody-else'))
      backend = await startBackend({ dataDir: backend.dataDir })
      expect(['failed', 'lost']).toContain((await ended(backend.client, jobId)).state)
      await expect.poll(() => keptIn(backend.dataDir)).toEqual(['of-somebody-else'])
      await expect(backend.client.models.show({ id })).rejects.toMatchObject({ code: 'not_found' })
    })

    const canMount = process.platform === 'linux' && process.getuid?.() === 0
    const smallDisk = (size: string): string => {
      const folder = join(backend.dataDir, 'models')
      mkdirSync(folder, { recursive: true })
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
      cleanUps.push(() => execFileSync('umount', ['-l', folder]))
      return folder
    }

    test.skipIf(!canMount)(
      'for which there is no room is refused before it starts (needs root: it mounts a small tmpfs)',
      async () => {
        smallDisk('8m')
        await expect(begin()).rejects.toMatchObject({
          code: 'storage_full',
          message: expect.stringMatching(/needs about \d.*MB; 8\.\d MB are free/),
        })
        expect((await backend.client.jobs.list({ kind: 'conversion' })).items).toEqual([])
      },
    )

    test.skipIf(!canMount).each([
      ['GGUF', { to: 'gguf', quantize: 'F32' }, 0],
      // Room for the file that is quantised (10.3 MB), not for the one that comes of it as well (5.4 MB).
      ['quantised GGUF', { to: 'gguf', quantize: 'Q8_0' }, 13_000_000],
    ] as const)(
      'to %s whose disk fills up says so and leaves nothing (needs root: it mounts a small tmpfs)',
      async (_, goal, leftBytes) => {
        const folder = smallDisk('64m')
        const { jobId } = await backend.client.models.convert({ id: 'base', ...goal, name: 'made' })
        await untilNote(backend, jobId, /importing/)
        fill(join(folder, 'filler'), leftBytes)
        expect(await ended(backend.client, jobId)).toMatchObject({ state: 'failed', failure: { code: 'storage_full' } })
        await expect.poll(() => keptIn(backend.dataDir)).toEqual(['filler'])
        rmSync(join(folder, 'filler'))
        expect(await names()).toEqual(['base'])
      },
    )
  },
)

/** Writes a file until the disk takes no more, then gives so many bytes back. */
function fill(path: string, leftBytes: number): void {
  for (const size of [1 << 20, 1 << 12]) {
    for (;;) {
      try {
        writeFileSync(path, Buffer.alloc(size), { flag: 'a' })
      } catch {
        break // full: that is what it is for
      }
    }
  }
  if (!existsSync(path)) throw new Error('nothing was written')
  truncateSync(path, statSync(path).size - leftBytes)
}
