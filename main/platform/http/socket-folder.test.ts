import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listenOnSocket } from './listen.ts'
import { answers } from './socket-answers.ts'

const stranger = 65_534
const forbidden = { code: 'forbidden', message: expect.stringContaining('another user'), hint: expect.any(String) }

describe.skipIf(process.platform === 'win32')('a socket where everybody may make folders (Unix)', () => {
  let shared: string
  let ours: string
  let socket: string
  beforeEach(() => {
    shared = mkdtempSync(join(tmpdir(), 'slipway '))
    chmodSync(shared, 0o1777)
    ours = join(shared, 'slipway-1')
    mkdirSync(join(ours, 'd'), { recursive: true, mode: 0o700 })
    socket = join(ours, 'd', 's')
  })
  afterEach(() => rmSync(shared, { recursive: true, force: true }))

  const listen = () => listenOnSocket(socket, () => new Response())

  test('is used where its folders are ours alone', async () => {
    const listener = await listen()
    expect(await answers(socket)).toBe(true)
    await listener.close()
    expect(await answers(socket)).toBe(false)
  })

  test('is neither opened nor asked where everybody may write to its folder', async () => {
    chmodSync(ours, 0o777)
    await expect(listen()).rejects.toMatchObject(forbidden)
    await expect(answers(socket)).rejects.toMatchObject(forbidden)
  })

  test.skipIf(process.getuid?.() !== 0)(
    'nor where the folder is that of another user, who was there first (needs root, to give it away)',
    async () => {
      chownSync(ours, stranger, stranger)
      await expect(listen()).rejects.toMatchObject(forbidden)
      await expect(answers(socket)).rejects.toMatchObject(forbidden)
    },
  )

  test('is used where only its owner could make folders, whoever may write further down', async () => {
    chmodSync(shared, 0o755)
    chmodSync(ours, 0o775)
    const listener = await listen()
    expect(await answers(socket)).toBe(true)
    await listener.close()
  })
})
