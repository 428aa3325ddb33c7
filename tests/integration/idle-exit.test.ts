import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { socketFetch } from '../../main/platform/http/socket-fetch.ts'
import { pathsOf } from '../../main/platform/paths.ts'
import { temporaryDir } from '../support/backend.ts'

// Time enough to begin to follow, however busy the machine is: a backend that nobody has asked yet goes as well.
const idleMs = 3_000

const backendFile = fileURLToPath(new URL('../../main/entry/backend.ts', import.meta.url))

test('a backend on demand stays while somebody follows its events, and goes when nobody does', async () => {
  const dataDir = temporaryDir('idle')
  const child = spawn(process.execPath, [backendFile, '--data-dir', dataDir, '--idle-exit-ms', String(idleMs)])
  try {
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
    await new Promise(resolve => child.stdout.once('data', resolve))
    const over = socketFetch(pathsOf(dataDir, process.env).backendSocket)
    const follow = new AbortController()
    const response = await over(new Request('http://slipway/api/v1/events', { signal: follow.signal }))
    const reader = response.body?.getReader()
    // The stream says something every few seconds even when nothing happens.
    const heardMs = performance.now()
    while (performance.now() - heardMs < 4 * idleMs) expect((await reader?.read())?.done).toBe(false)
    expect(child.exitCode).toBeNull()
    follow.abort()
    expect(await ended).toBe(0)
  } finally {
    child.kill('SIGKILL')
    rmSync(dataDir, { recursive: true, force: true })
  }
})
