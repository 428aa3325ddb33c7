import { rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook } from './support/looks.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('what the screens say of the network', { timeout: 120_000 }, () => {
  let workstation: Workstation
  let cache: string
  beforeEach(() => {
    cache = temporaryDir('cache')
  })
  afterEach(async () => {
    await workstation?.close()
    rmSync(cache, { recursive: true, force: true })
  })

  const open = async (env: Record<string, string>) => {
    workstation = await openWorkstation({}, { env: { XDG_CACHE_HOME: cache, ...env } })
  }
  const strip = () => workstation.page.locator('.net')
  const setting = (name: string) => workstation.page.locator('.setting').filter({ hasText: name })
  /** Asks an index where nothing listens; what counts is that somebody was asked. */
  const buildAsking = async () => {
    const { environments, jobs } = workstation.backend.client
    const { id } = await environments.build({ name: 'training', backend: 'cpu', index: 'http://127.0.0.1:9/simple' })
    return jobs.wait({ id, timeoutMs: 60_000 })
  }

  test('a build that used it is told as it happens, and what it sent is counted', async () => {
    await open({ PIP_RETRIES: '0', UV_HTTP_RETRIES: '0' })
    await workstation.open('#/settings?section=api')
    await strip().getByText('Network on').waitFor()
    await strip().getByText('0 B out').waitFor()
    expect(await setting('Last used').count()).toBe(0)
    expect((await buildAsking()).state).toBe('failed')
    // Without a reload, and still zero: the index that was asked is this machine.
    await setting('Last used')
      .getByText(/, for training$/)
      .waitFor()
    await setting('Sent since the start').getByText('0 B').waitFor()
    await strip().getByText('0 B out').waitFor()
    expect(await barriers(workstation.page)).toEqual([])

    // The entry in the frame tells the same on every page, to the keyboard too.
    const { page } = workstation
    await workstation.open('#/jobs')
    await page.getByRole('button', { name: /^Network on/ }).focus()
    await page.keyboard.press('Enter')
    const facts = page.getByRole('dialog', { name: 'Network' })
    await facts.getByText(/^Slipway uses the network only when you build/).waitFor()
    await facts.getByRole('listitem').getByRole('link', { name: 'training' }).waitFor()
    await expect.poll(() => facts.evaluate(element => element === document.activeElement)).toBe(true)
    for (const theme of ['dark', 'light'] as const) {
      await setLook(page, { theme })
      expect(await barriers(page)).toEqual([])
    }
    await page.keyboard.press('Escape')
    await facts.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^Network on/, expanded: false }).waitFor()
    await page.keyboard.press('Enter')
    await facts.getByRole('link', { name: 'Network settings' }).click()
    await setting('Network').waitFor()
    expect(workstation.complaints).toEqual([])
  })

  test('what went through a proxy of the user is said to be uncounted, and no zero', async () => {
    await open({ PIP_RETRIES: '0', UV_HTTP_RETRIES: '0', HTTP_PROXY: 'http://127.0.0.1:9' })
    await workstation.open('#/settings?section=api')
    await strip().getByText('0 B out').waitFor()
    await buildAsking()
    await strip().getByText('out not counted').waitFor()
    await setting('Sent since the start')
      .getByText(/^Not known/)
      .waitFor()
    expect(workstation.complaints).toEqual([])
  })

  test('hard offline is said on every page, and holds: a build from an index is refused with the reason', async () => {
    await open({ SLIPWAY_OFFLINE: 'hard' })
    const { page } = workstation
    await strip().getByText('Offline').waitFor()
    await strip().getByText('0 B out').waitFor()
    await workstation.open('#/environments/training?dialog=build')
    await page.getByRole('dialog').getByRole('button', { name: 'Build', exact: true }).click()
    await page
      .getByRole('heading', { name: 'The last build failed: SLIPWAY_OFFLINE=hard forbids downloads.' })
      .waitFor()
    await workstation.open('#/settings?section=api')
    await setting('Network').getByText('Hard offline: no process of Slipway reaches another machine.').waitFor()
    await strip().getByText('0 B out').waitFor()
    expect(await barriers(page)).toEqual([])
    expect(workstation.complaints).toEqual([])
  })
})
