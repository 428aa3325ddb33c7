import { cpSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

/** As long as a name may be, in two scripts that run in two directions. */
const longName = `${'名称很长的对象'.repeat(30)} ${'نموذج '.repeat(10)}`.padEnd(300, 'x')

const places = [
  ...['home', 'models', 'datasets', 'training', 'evaluations', 'playground', 'deployments'],
  ...['resources', 'environments', 'jobs', 'keys', 'audit', 'settings'],
]
const dialogs = [
  ...['models?dialog=import', 'models?dialog=find', 'datasets?dialog=import', 'evaluations?dialog=new'],
  ...['deployments?dialog=new', 'keys?dialog=new', 'audit?dialog=export', 'environments/training?dialog=build'],
]
const modelParts = ['tab=lineage', 'tab=files', 'tab=versions', 'dialog=edit', 'dialog=convert', 'dialog=export']
const datasetParts = [
  ...['tab=check', 'tab=stats', 'tab=versions', 'tab=sources', 'tab=lineage'],
  ...['dialog=edit', 'dialog=split', 'dialog=export'],
]
const more = [
  'training/new',
  'settings?section=backup',
  'settings?section=storage',
  'settings?section=api',
  'environments/training',
]

const methods = '**/rpc/**'
/** Without these the window itself would be lost, which is another state with a test of its own. */
const isOfTheFrame = (route: Route) =>
  /\/rpc\/(system\/status|events\/subscribe|sessions\/show)/.test(route.request().url())

describe.skipIf(!chromiumPath)('every screen', () => {
  let workstation: Workstation
  let page: Page
  const folder = temporaryDir('large model')
  let details: readonly string[]

  beforeAll(async () => {
    workstation = await openWorkstation()
    page = workstation.page
    const { client } = workstation.backend
    const rows = await client.datasets.import({ path: sample('datasets/lab-notes-heldout.jsonl'), name: longName })
    await client.jobs.wait({ id: rows.jobId, timeoutMs: 60_000 })
    // A job that runs as long as this file needs: the file is sparse, but for some bytes that make it a real one.
    cpSync(sample('model'), join(folder, 'large'), { recursive: true })
    writeFileSync(join(folder, 'large', 'notes.dat'), Buffer.alloc(1 << 20, 1))
    truncateSync(join(folder, 'large', 'notes.dat'), 400e9)
    const model = await client.models.import({ path: join(folder, 'large'), name: longName })
    details = [
      ...['', ...modelParts].map(part => `models/${model.id}?${part}`),
      ...['', ...datasetParts].map(part => `datasets/${rows.id}?${part}`),
      `jobs/${model.jobId}`,
    ]
    await page.getByRole('button', { name: /1 running/ }).waitFor()
  }, 120_000)
  afterAll(async () => {
    const { client } = workstation.backend
    for (const { id } of (await client.jobs.list({ state: ['queued', 'running'] })).items)
      await client.jobs.stop({ id })
    await workstation.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('is in the rail, and each place of the rail is tested here', async () => {
    const links = await page.locator('.rail a').evaluateAll(all => all.map(link => link.getAttribute('href')))
    expect(links).toEqual(places.map(place => `#/${place}`))
  })

  test.each([
    ['the smallest window', 900, 600],
    ['a zoom of 200 %', 720, 450],
  ])(
    'in %s nothing that can be used lies outside of it, and no figure on its neighbour, with the longest names',
    async (_name, width, height) => {
      await page.setViewportSize({ width, height })
      const outside: string[] = []
      for (const address of [...places, ...more, ...dialogs, ...details]) {
        await workstation.open(`#/${address}`)
        const found = await page.evaluate(() => {
          const root = document.documentElement
          const usable = [...document.querySelectorAll<HTMLElement>('button, a[href], input, textarea, [role="tab"]')]
          return [
            ...(root.scrollWidth > innerWidth ? [`the page is ${root.scrollWidth} px wide`] : []),
            ...[...document.querySelectorAll('.stat, .vhead > div, .field, dt')]
              .filter(element => element.checkVisibility() && getComputedStyle(element).overflowX === 'visible')
              .filter(element => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
              .map(element => `reaches over its place: ${element.textContent}`.slice(0, 60)),
            ...usable
              .filter(element => element.checkVisibility() && element.getBoundingClientRect().width > 0)
              .filter(element => element.closest('.ant-tabs-nav, .vgrid, .scroll') === null)
              .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
              .map(element => `${element.ariaLabel ?? element.textContent}`.slice(0, 40)),
          ]
        })
        outside.push(...found.map(what => `${address}: ${what}`))
      }
      await page.setViewportSize({ width: 1280, height: 800 })
      expect(outside).toEqual([])
    },
  )

  test('offers nothing to the pointer that keys cannot reach', async () => {
    const unreachable: string[] = []
    for (const address of [...places, ...more, ...dialogs, ...details]) {
      await workstation.open(`#/${address}`)
      const found = await page.evaluate(() => {
        const reachable =
          'a[href], button, input, select, textarea, summary, label, [tabindex], [contenteditable="true"]'
        // antd's own lists and sliders keep the focus in an input beside what is clicked.
        const composed = '.ant-select, .ant-slider, .ant-segmented, .ant-tabs-nav'
        return [...document.querySelectorAll('body *')]
          .filter(element => getComputedStyle(element).cursor === 'pointer' && element.checkVisibility())
          .filter(element => !element.closest(`${reachable}, ${composed}`) && !element.querySelector(reachable))
          .map(element => element.outerHTML.slice(0, 120))
      })
      unreachable.push(...found.map(what => `${address}: ${what}`))
    }
    expect(unreachable).toEqual([])
  })

  test('tells the pointer what an icon does and what a state means', async () => {
    const silent: string[] = []
    const asked = new Set<string>()
    for (const address of [...places, ...more, ...dialogs, ...details]) {
      await workstation.open(`#/${address}`)
      const untitled = await page.evaluate(() => {
        // antd's own, which look the same everywhere, and switches, whose name stands beside them.
        const own = '[class*="ant-modal-close"], [class*="ant-input-"], [class*="ant-tabs-"], .ant-switch'
        const silent = (selector: string) =>
          [...document.querySelectorAll(selector)].filter(
            element => element.checkVisibility() && !element.closest('[title]') && !element.matches(own),
          )
        const controls = silent('button, a[href], [role="button"]').filter(
          element => element.textContent?.trim() === '',
        )
        return {
          controls: controls.map(element => element.ariaLabel ?? element.outerHTML.slice(0, 80)),
          states: silent('svg.glyph[aria-label]').map(element => element.ariaLabel ?? ''),
        }
      })
      silent.push(...untitled.states.map(state => `${address}: the state ${state}`))
      for (const name of untitled.controls) {
        if (asked.has(name)) continue
        asked.add(name)
        // What has no title may have a tooltip, which is there once the pointer is.
        await page.getByRole('button', { name, exact: true }).first().hover()
        await page
          .locator('.ant-tooltip:not(.ant-tooltip-hidden)')
          .first()
          .waitFor({ timeout: 3_000 })
          .catch(() => silent.push(`${address}: ${name}`))
        await page.mouse.move(1, 1)
        await page.waitForFunction(() => !document.querySelector('.ant-tooltip:not(.ant-tooltip-hidden)'))
      }
    }
    expect(silent).toEqual([])
  })

  const reading = [
    ...places.filter(place => place !== 'settings'),
    'settings?section=backup',
    'settings?section=storage',
    'training/new',
  ]
  const absent = ['models/x', 'datasets/x', 'training/x', 'evaluations/x', 'deployments/x', 'environments/training']

  /** Begins anew, with nothing read yet, on a place that reads nothing. */
  const beginAnew = async () => {
    await page.goto('about:blank')
    await page.goto(`${workstation.backend.url}#/settings`)
    await isAtRest()
  }
  const isAtRest = () =>
    page.waitForFunction(() => {
      const main = document.querySelector('main')
      return (
        main?.querySelector('h1') &&
        !main.matches('[aria-busy="true"]') &&
        !main.querySelector('[aria-busy="true"], [role="alert"]')
      )
    })
  /** To an address by way of the place that reads nothing, so that nothing that is found there belongs to the last one. */
  const goAfresh = async (address: string) => {
    for (const hash of ['#/settings', `#/${address}`]) {
      await page.evaluate(to => {
        location.hash = to
      }, hash)
      if (hash === '#/settings') await isAtRest()
    }
  }

  test.each([
    ['may not be seen', 'forbidden', 403, 'You may not do this', absent],
    ['could not be read', 'internal', 500, 'The disk was unplugged.', []],
  ] as const)('says in its place what %s, why, and what to do', async (_name, code, status, title, others) => {
    const error = { defined: true, code, status, message: 'The disk was unplugged.', data: { hint: 'Plug it in.' } }
    await page.route(methods, route =>
      isOfTheFrame(route)
        ? route.continue()
        : route.fulfill({ status, contentType: 'application/json', body: JSON.stringify({ json: error }) }),
    )
    try {
      await beginAnew()
      for (const address of [...reading, ...others, 'keys']) {
        await goAfresh(address)
        const said = page.locator('main').getByRole('alert').filter({ hasText: title }).first()
        await said.waitFor({ timeout: 10_000 }).catch(() => expect.fail(`${address} says nothing of ${code}`))
        expect(await said.textContent(), address).toContain('Plug it in.')
        // Nothing stays grey beside it, as if it were still being read.
        await expect.poll(() => page.locator('main [aria-busy="true"]').count(), { message: address }).toBe(0)
      }
    } finally {
      await page.unroute(methods)
    }
    // And it is well again without a reload, by the button that the fault offers.
    await page.locator('main').getByRole('button', { name: 'Try again' }).first().click()
    await page.locator('main').getByRole('alert').filter({ hasText: title }).waitFor({ state: 'hidden' })
  })

  test('is busy while its data is read, in the shape that it will have', async () => {
    const held: Route[] = []
    await page.route(methods, route => (isOfTheFrame(route) ? route.continue() : void held.push(route)))
    try {
      await beginAnew()
      for (const address of reading) {
        await goAfresh(address)
        await page
          .locator('main[aria-busy="true"], main [aria-busy="true"]')
          .first()
          .waitFor({ timeout: 10_000 })
          .catch(() => expect.fail(`${address} is not busy`))
      }
    } finally {
      await page.unroute(methods)
      for (const route of held) await route.abort().catch(() => undefined)
    }
  })
})
