import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Job } from '../../main/contract/jobs.ts'
import { f32, safetensors } from '../fixtures/make-models.ts'
import { type RunningBackend, startBackend, temporaryDir } from '../support/backend.ts'
import { canInjectFaults, type DiskCall, type Fault, withDiskFault } from '../support/disk-faults.ts'
import { ended } from '../support/jobs.ts'

/** A disk that refuses one write, or one flush, at any moment: what that leaves, and how it is told. */

type Told = { readonly code: string; readonly message: string; readonly hint: string }

/** A failure must say what happened and what to do, in the disk's own terms. */
function expectTold(told: unknown, error: Fault['error']): void {
  expect(told).toEqual({
    // A refused flush is an error of the disk, also where the disk says that it is full.
    code: expect.stringMatching(error === 'EIO' ? /^storage_failed$/ : /^storage_(full|failed)$/),
    message: expect.stringMatching(/disk/i),
    hint: expect.stringMatching(error === 'EIO' ? /Try again/ : /Free some|Try again/),
  })
}

const toldBy = (error: unknown): Told => {
  const { code, message, data } = error as { code: string; message: string; data?: { hint?: string } }
  return { code, message, hint: data?.hint ?? (error as { hint?: string }).hint ?? '' }
}
const toldByJob = ({ failure }: Job): Told => ({
  code: failure?.code ?? '',
  message: failure?.message ?? '',
  hint: failure?.hint ?? '',
})

describe.skipIf(!canInjectFaults)(
  'a disk that refuses (needs root, Linux and strace, which injects the errors)',
  () => {
    let backend: RunningBackend
    let folder: string
    beforeEach(async () => {
      folder = temporaryDir('disk errors')
      backend = await startBackend()
    })
    afterEach(async () => {
      await backend.dispose()
      rmSync(folder, { recursive: true, force: true })
    })

    const again = async () => {
      await backend.kill('SIGTERM')
      backend = await startBackend({ dataDir: backend.dataDir })
    }
    const keyNames = async () => (await backend.client.keys.list({})).items.map(({ name }) => name).sort()

    /** Every step of one change is refused once, until a change has no such step. Answers how many there were. */
    async function refuseEachStep(
      calls: readonly DiskCall[],
      error: Fault['error'],
      acknowledged: string[],
    ): Promise<number> {
      for (let at = 1; ; at += 1) {
        const name = `${calls[0]}-${error}-${at}`
        const create = () =>
          backend.client.keys.create({ name }).then(
            () => undefined,
            (failure: unknown) => toldBy(failure),
          )
        const { result: told, refused } = await withDiskFault(backend.pid, { calls, error, at }, create)
        if (told) {
          expectTold(told, error)
          expect(await keyNames(), 'what was refused is not there').toEqual([...acknowledged].sort())
          await backend.client.keys.create({ name: `${name}-again` })
          acknowledged.push(`${name}-again`)
        } else acknowledged.push(name)
        if (refused === 0) return at - 1
      }
    }

    test('at any write or flush of a change: it is refused whole and told, and the next one is kept', {
      timeout: 120_000,
    }, async () => {
      const acknowledged: string[] = []
      for (const error of ['EIO', 'ENOSPC'] as const) {
        expect(await refuseEachStep(['pwrite64'], error, acknowledged)).toBeGreaterThan(5)
        expect(await refuseEachStep(['fsync', 'fdatasync'], error, acknowledged)).toBeGreaterThan(0)
      }
      expect(await keyNames()).toEqual([...acknowledged].sort())
      await again()
      expect(await keyNames(), 'after a restart').toEqual([...acknowledged].sort())
      expect((await backend.client.audit.verify({})).verdict).toBe('intact')
    })

    /** What an import came to: told at once, or by the end of its job. */
    async function importing(name: string): Promise<Job | Told> {
      const path = join(folder, `${name}.jsonl`)
      writeFileSync(path, `{"prompt":"${name}","response":"b"}\n`)
      try {
        const { jobId } = await backend.client.datasets.import({ path, name })
        return await ended(backend.client, jobId)
      } catch (error) {
        return toldBy(error)
      }
    }

    /** The import is there as its outcome says, and no other way. */
    async function expectTrue(name: string, outcome: Job | Told, error: Fault['error']): Promise<'kept' | 'refused'> {
      const found = (await backend.client.datasets.list({ q: name })).items.find(item => item.name === name)
      if (!('state' in outcome)) {
        expectTold(outcome, error)
        expect(found, 'an import that was refused leaves nothing').toBeUndefined()
        return 'refused'
      }
      if (outcome.state === 'done') {
        expect(found).toMatchObject({ state: 'draft', rows: 1 })
        expect((await backend.client.datasets.preview({ id: name })).total).toBe(1)
        return 'kept'
      }
      expect(outcome.state).toBe('failed')
      expectTold(toldByJob(outcome), error)
      expect(found).toMatchObject({ state: 'failed', problem: expect.stringMatching(/disk/i) })
      return 'refused'
    }

    // Of the many steps of an import the first ones one by one, then further and further apart.
    const next = (at: number) => (at < 6 ? at + 1 : Math.ceil(at * 1.45))

    test.each([
      ['a write', ['pwrite64'], 'EIO'],
      ['a write', ['pwrite64'], 'ENOSPC'],
      ['a flush or a new name', ['fsync', 'fdatasync', 'rename', 'link'], 'EIO'],
    ] as [string, readonly DiskCall[], Fault['error']][])(
      'at %s anywhere in an import (%s: %s): its state is true, nothing acknowledged is lost, and the next one works',
      { timeout: 240_000 },
      async (_, calls, error) => {
        const kept: string[] = []
        const outcomes = new Set<string>()
        for (let at = 1, isHit = true; isHit; at = next(at)) {
          const name = `rows-${at}`
          const { result, refused } = await withDiskFault(backend.pid, { calls, error, at }, () => importing(name))
          isHit = refused > 0
          const outcome = await expectTrue(name, result, error)
          if (outcome === 'kept') kept.push(name)
          outcomes.add(outcome)
        }
        expect(outcomes).toEqual(new Set(['kept', 'refused']))
        expect(await importing('at-last')).toMatchObject({ state: 'done' })
        await again()
        for (const name of [...kept, 'at-last'])
          expect((await backend.client.datasets.preview({ id: name })).total, name).toBe(1)
        expect((await backend.client.audit.verify({})).verdict).toBe('intact')
      },
    )

    test.each(['EIO', 'ENOSPC'] as const)(
      'while the bytes of a model are copied (%s): nothing half-made is taken for the model, and the next copy works',
      { timeout: 240_000 },
      async error => {
        const model = join(folder, 'model')
        mkdirSync(model)
        writeFileSync(join(model, 'model.safetensors'), safetensors({ w: f32([64, 64]) }))
        const copy = async (name: string) => {
          try {
            const { jobId } = await backend.client.models.import({ path: model, name, copy: true })
            return await ended(backend.client, jobId)
          } catch (failure) {
            return toldBy(failure)
          }
        }
        const failures: Told[] = []
        for (const call of ['fsync', 'rename'] as const) {
          for (let at = 1, isHit = true; isHit; at += 1) {
            const name = `${call}-${at}`
            const { result, refused } = await withDiskFault(backend.pid, { calls: [call], error, at }, () => copy(name))
            isHit = refused > 0
            const found = (await backend.client.models.list({ q: name })).items.find(item => item.name === name)
            const expected = 'state' in result ? (result.state === 'done' ? 'ready' : 'failed') : undefined
            expect(found?.state).toBe(expected)
            if (expected !== 'ready') failures.push('state' in result ? toldByJob(result) : result)
          }
        }
        expect(failures.length).toBeGreaterThan(2)
        for (const told of failures) expectTold(told, error)
        expect(await copy('at-last')).toMatchObject({ state: 'done' })
        const { jobId } = await backend.client.models.verify({ id: 'at-last' })
        expect((await ended(backend.client, jobId)).state).toBe('done')
      },
    )
  },
)
