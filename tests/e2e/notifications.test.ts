import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startBackend, temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe.skipIf(!chromiumPath)('notifications', () => {
  let workstation: Workstation
  const folder = temporaryDir('rows')
  beforeAll(async () => {
    workstation = await openWorkstation()
  })
  afterAll(async () => {
    await workstation?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('the end of a job that came while the backend was away is told when it is back', async () => {
    const { page, backend } = workstation
    // An import that is held still, so that it ends exactly when nobody listens.
    const rows = join(folder, 'rows.jsonl')
    writeFileSync(rows, '{"prompt": "a", "completion": "b"}\n'.repeat(300_000))
    const { jobId } = await backend.client.datasets.import({ path: rows, name: 'rows' })
    const pidOfJob = async () => (await backend.client.jobs.show({ id: jobId })).pid
    await expect.poll(pidOfJob).toBeDefined()
    const pid = (await pidOfJob()) ?? 0
    process.kill(pid, 'SIGSTOP')
    onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGCONT')))
    await page.getByRole('button', { name: /1 running/ }).waitFor()
    await page.getByRole('button', { name: 'Notifications, 0 unread' }).waitFor()

    await backend.kill('SIGKILL')
    await page.getByRole('alert').filter({ hasText: 'The backend does not answer' }).waitFor()
    process.kill(pid, 'SIGCONT')
    await expect.poll(() => isAlive(pid), { timeout: 40_000 }).toBe(false)
    const again = await startBackend({ dataDir: backend.dataDir, port: Number(new URL(backend.url).port) })
    try {
      await page.getByRole('button', { name: 'Notifications, 1 unread' }).click({ timeout: 30_000 })
      await page.getByRole('dialog', { name: 'Notifications' }).getByText('Import: Done').waitFor()
    } finally {
      await again.client.system.stop({})
      await new Promise(resolve => again.child.once('exit', resolve))
    }
  })
})
