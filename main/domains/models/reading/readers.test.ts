import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createModelReaders, type ModelReaders } from './readers.ts'

let folder: string
let large: string
let small: string
const opened: ModelReaders[] = []
const readers = (heapMiB?: number): ModelReaders => {
  const made = createModelReaders({ env: {}, ...(heapMiB !== undefined && { heapMiB }) })
  opened.push(made)
  return made
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-readers-'))
  large = join(folder, 'large.safetensors')
  small = join(folder, 'small.safetensors')
  writeSafetensors(large, 190_000)
  writeSafetensors(small, 2)
})
afterEach(() => Promise.all(opened.splice(0).map(each => each.close())))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A legal file with so many tensors of one byte: a header of many megabytes that no limit refuses. */
function writeSafetensors(path: string, tensors: number): void {
  const entries = Array.from(
    { length: tensors },
    (_, i) => `"model.layers.${i}.weight":{"dtype":"U8","shape":[1],"data_offsets":[${i},${i + 1}]}`,
  )
  const header = Buffer.from(`{${entries.join(',')}}`)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  writeFileSync(path, Buffer.concat([length, header, Buffer.alloc(tensors)]))
}

describe('models are read in threads', () => {
  test('a header that takes seconds holds up neither the program nor another model', async () => {
    const { inspect } = readers()
    const order: string[] = []
    const first = inspect(large).then(() => order.push('large'))
    const turns = setInterval(() => order.push('turn'), 1)
    await inspect(small).then(() => order.push('small'))
    await first
    clearInterval(turns)
    expect(order.filter(each => each !== 'turn')).toEqual(['small', 'large'])
    expect(order.slice(order.indexOf('small')).filter(each => each === 'turn').length).toBeGreaterThan(20)
  })

  test('what is read comes back whole: summary, files, tensors', async () => {
    const { inspect, tensorsOf } = readers()
    expect(await inspect(small)).toMatchObject({
      summary: { format: 'safetensors', parameterCount: 2 },
      files: [{ path: 'small.safetensors' }],
    })
    expect(await tensorsOf(small)).toEqual(
      [0, 1].map(i => ({
        name: `model.layers.${i}.weight`,
        dtype: 'U8',
        shape: [1],
        sizeBytes: 1,
        file: 'small.safetensors',
      })),
    )
  })

  test('folders are searched there as well', async () => {
    const { items } = await readers().find([folder])
    expect(items.map(({ name }) => name).sort()).toEqual(['large', 'small'])
  })

  test('a header that would fill the memory ends its own thread and says so; everything else is answered', async () => {
    const { inspect } = readers(32)
    const [refused, answered] = await Promise.allSettled([inspect(large), inspect(small)])
    expect(refused).toMatchObject({
      status: 'rejected',
      reason: { code: 'too_large', message: expect.stringContaining('32 MiB'), hint: expect.any(String) },
    })
    expect(answered.status).toBe('fulfilled')
    expect((await inspect(small)).summary.format).toBe('safetensors')
  })

  test('a failure keeps its code, message and hint', async () => {
    await expect(readers().inspect(join(folder, 'none'))).rejects.toMatchObject({
      code: 'not_found',
      message: expect.any(String),
    })
  })

  test('more questions than threads wait for their turn, and one that is given up leaves at once', async () => {
    const { inspect } = readers()
    const giveUp = new AbortController()
    const begun = [large, large, large].map(path => inspect(path))
    const waiting = inspect(small)
    const running = new AbortController()
    const cancelled = inspect(small, giveUp.signal)
    giveUp.abort()
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    running.abort()
    await expect(inspect(small, running.signal)).rejects.toMatchObject({ code: 'cancelled' })
    expect((await waiting).summary.parameterCount).toBe(2)
    await Promise.all(begun)
  })

  test('a reading that is under way stops when it is asked to', async () => {
    const stop = new AbortController()
    const reading = readers().inspect(large, stop.signal)
    stop.abort()
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('what is not answered when the program ends is given up', async () => {
    const closing = readers()
    const asked = [large, large, large, small].map(path => closing.inspect(path))
    const outcomes = Promise.allSettled(asked)
    await closing.close()
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'cancelled' } })
    await expect(closing.inspect(small)).rejects.toMatchObject({ code: 'cancelled' })
  })
})
