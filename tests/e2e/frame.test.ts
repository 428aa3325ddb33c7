import { cpSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBackend, temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { dataDirWithEndedJobs } from './support/ended-jobs.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

/** Hashing this takes long enough to be watched and stopped; the file is sparse, so it takes no room. */
const largeBytes = 40e9

describe.skipIf(!chromiumPath)('the frame around every screen', () => {
  let workstation: Workstation
  let page: Page
  const folder = temporaryDir('large model')

  beforeAll(async () => {
    // More than a page asks for at once, and newer than all that runs: what runs is shown for all that.
    workstation = await openWorkstation({}, { dataDir: dataDirWithEndedJobs(250) })
    page = workstation.page
    await workstation.backend.client.models.import({ path: sample('model'), name: 'heron-base' })
    cpSync(sample('model'), join(folder, 'large'), { recursive: true })
    // Some real bytes first: a file without any is taken for the placeholder of a cloud drive.
    writeFileSync(join(folder, 'large', 'notes.dat'), Buffer.alloc(1 << 20, 1))
    truncateSync(join(folder, 'large', 'notes.dat'), largeBytes)
  })
  // Whatever an earlier test left open or chosen is no business of the next.
  beforeEach(async () => {
    await page.reload()
    await page.locator('.frame').waitFor()
    await setLook(page, {})
  })
  afterAll(async () => {
    await workstation?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const title = (name: string) => page.locator('main h1').filter({ hasText: name }).waitFor()
  const dialog = (name: string) => page.getByRole('dialog', { name })

  test('the palette finds pages, commands and assets by a few letters, with the keyboard alone', async () => {
    await workstation.open('#/home')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('resour')
    await page.getByRole('option', { name: /^Resources/ }).waitFor()
    await page.keyboard.press('Enter')
    await title('Resources')

    await page.keyboard.press('Control+k')
    await page.keyboard.type('api key')
    const create = page.getByRole('option', { name: /Create an API key/ })
    await create.waitFor()
    await expect
      .poll(async () => {
        if ((await create.getAttribute('aria-selected')) === 'true') return true
        await page.keyboard.press('ArrowDown')
        return false
      })
      .toBe(true)
    await page.keyboard.press('Control+c')
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toBe('slipway keys create NAME --scope inference')
    await page.keyboard.press('Enter')
    await dialog('Create a key').waitFor()
    await page.keyboard.press('Escape')
    await dialog('Create a key').waitFor({ state: 'hidden' })

    await page.keyboard.press('Control+k')
    await page.keyboard.type('heron')
    await page.getByRole('option', { name: /^heron-base/ }).waitFor()
    await page.keyboard.press('Escape')
    await dialog('Command palette').waitFor({ state: 'hidden' })
  })

  test('keys go everywhere, and are text where a person writes', async () => {
    await page.locator('main').focus()
    // One right behind the other, as a person does it: an answer to the first is not waited for.
    await Promise.all([page.keyboard.press('g'), page.keyboard.press('l')])
    await title('Audit log')
    await page.keyboard.press('/')
    await page.keyboard.type('gj?[n')
    expect(await page.getByPlaceholder('Filter by action').inputValue()).toBe('gj?[n')
    await title('Audit log')
    await page.keyboard.press('Escape')
    await page.locator('main').focus()
    await page.keyboard.press('[')
    await page.getByRole('button', { name: 'Expand the rail' }).waitFor()
    await page.keyboard.press('[')
    await page.getByRole('button', { name: 'Collapse the rail' }).waitFor()
    await page.keyboard.press('?')
    await dialog('Keyboard').waitFor()
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog('Keyboard').waitFor({ state: 'hidden' })
  })

  test('what changes after a page has read and before it hears of changes is seen all the same', async () => {
    const { client } = workstation.backend
    const late = await page.context().newPage()
    const held: (() => void)[] = []
    await late.route('**/rpc/events/subscribe**', async route => {
      await new Promise<void>(resolve => held.push(resolve))
      await route.continue()
    })
    await late.goto(`${workstation.backend.url}/#/keys`)
    await late.getByRole('button', { name: 'Create a key' }).first().waitFor()
    await late.locator('main:not(:has([aria-busy="true"]))').waitFor()
    await expect.poll(() => held.length).toBe(1)
    await client.keys.create({ name: 'made in between', scope: ['read'] })
    for (const go of held) go()
    await late.getByRole('row').filter({ hasText: 'made in between' }).waitFor()
    await late.close()
  })

  test('two keys lead where they say, however busy the page is between them', async () => {
    await page.locator('main').focus()
    await page.evaluate(() =>
      addEventListener(
        'keydown',
        () => {
          const untilMs = performance.now() + 1_500
          while (performance.now() < untilMs);
        },
        { once: true },
      ),
    )
    await Promise.all([page.keyboard.press('g'), page.keyboard.press('l')])
    await title('Audit log')
  })

  test('Back closes a dialog and leaves the page alone; a dialog closed by hand leaves nothing that Back would stop at', async () => {
    const isAt = (hash: string) => page.waitForFunction(to => location.hash === to, hash)
    const openDialog = async () => {
      await page.getByRole('main').getByRole('button', { name: 'Find on this machine' }).click()
      await dialog('Models on this machine').waitFor()
      await isAt('#/models?q=heron&dialog=find')
    }
    const closed = () => page.getByRole('dialog').waitFor({ state: 'hidden' })
    await workstation.open('#/jobs')
    await workstation.open('#/models?q=heron')
    await openDialog()
    await page.goBack()
    await closed()
    await isAt('#/models?q=heron')
    await openDialog()
    await page.keyboard.press('Escape')
    await closed()
    await isAt('#/models?q=heron')
    await page.goBack()
    await isAt('#/jobs')

    // An address from elsewhere: what lies before it is another page, which closing the dialog does not lead to.
    await workstation.open('#/keys?dialog=new')
    await dialog('Create a key').waitFor()
    await page.keyboard.press('Escape')
    await closed()
    await isAt('#/keys')
    await page.goBack()
    await isAt('#/jobs')
  })

  test('language and theme change while the page runs, and stay after a reload', async () => {
    await workstation.open('#/jobs')
    await setLook(page, { theme: 'light', language: 'zh' })
    await title('任务')
    await page.getByRole('link', { name: '环境', exact: true }).waitFor()
    await expect.poll(() => page.title()).toBe('任务 · Slipway')
    await page.reload()
    await title('任务')
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light')
    await setLook(page, { theme: 'dark', language: 'en' })
    await title('Jobs')
    await expect.poll(() => page.title()).toBe('Jobs · Slipway')
  })

  test('a running job is told in the tray with share and rate, can be stopped there, and its end is noted', async () => {
    const { jobId } = await workstation.backend.client.models.import({ path: join(folder, 'large'), name: 'slow' })
    await page.getByRole('button', { name: /1 running/ }).waitFor()
    await page.keyboard.press('Control+j')
    const tray = page.getByRole('region', { name: 'Jobs' })
    await tray.getByText('verify slow').waitFor()
    await tray.getByText(/GB \/ 40\.0 GB/).waitFor()
    await tray.getByText(/B\/s/).waitFor()
    await shoot(page, 'tray', { theme: 'dark', language: 'en', width: 1440 })
    expect(await barriers(page)).toEqual([])
    await tray.getByRole('button', { name: /^Stop: verify slow/ }).click()
    const ended = await workstation.backend.client.jobs.wait({ id: jobId, timeoutMs: 30_000 })
    expect(ended.state).toBe('cancelled')
    await tray.getByText('Nothing runs or waits.').waitFor()
    await page.keyboard.press('Control+j')

    const bell = page.getByRole('button', { name: /^Notifications, [1-9]\d* unread/ })
    await bell.waitFor()
    await bell.click()
    const notes = dialog('Notifications')
    await notes.getByText('Verification: Stopped').waitFor()
    expect(await barriers(page)).toEqual([])
    await notes.getByRole('button', { name: 'Clear all' }).click()
    await notes.getByText('Nothing ended yet.').waitFor()
    // In the place of the other one, so that the keyboard is on it.
    await page.keyboard.press('Enter')
    await notes.getByText('Verification: Stopped').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Notifications, 0 unread' }).waitFor()
  })

  test('what the desktop window asks for happens, and it is told language, theme and number of jobs', async () => {
    const desk = await page.context().newPage()
    await desk.addInitScript(() => {
      const told: unknown[] = []
      const tell =
        (name: string) =>
        (value: unknown): Promise<void> => {
          told.push([name, value])
          return Promise.resolve()
        }
      Object.assign(globalThis, {
        told,
        slipwayDesktop: {
          platform: 'linux',
          onCommand: (callback: unknown) => Object.assign(globalThis, { command: callback }),
          onOpenFiles: (callback: unknown) => Object.assign(globalThis, { openFiles: callback }),
          setBadge: tell('badge'),
          setLanguage: tell('language'),
          setTheme: tell('theme'),
        },
      })
    })
    const complaints: string[] = []
    desk.on('pageerror', error => complaints.push(String(error)))
    await desk.goto(workstation.backend.url)
    await desk.locator('.frame').waitFor()
    const told = () => desk.evaluate(() => JSON.stringify((globalThis as unknown as { told: unknown }).told))
    await expect.poll(told).toContain('["badge",0]')
    expect(await told()).toContain('["language","en"]')
    expect(await told()).toContain('["theme","dark"]')

    const command = (name: string) =>
      desk.evaluate(each => (globalThis as unknown as { command: (name: string) => void }).command(each), name)
    await command('go.environments')
    await desk.locator('main h1').filter({ hasText: 'Environments' }).waitFor()
    await command('settings')
    await desk.locator('main h1').filter({ hasText: 'Settings' }).waitFor()
    // The window has no buttons for it.
    await desk.keyboard.press('Alt+ArrowLeft')
    await desk.locator('main h1').filter({ hasText: 'Environments' }).waitFor()
    await desk.keyboard.press('Alt+ArrowRight')
    await desk.locator('main h1').filter({ hasText: 'Settings' }).waitFor()
    await command('theme.toggle')
    await expect.poll(told).toContain('["theme","light"]')
    await command('theme.toggle')
    await desk.evaluate(() =>
      (globalThis as unknown as { openFiles: (paths: string[]) => void }).openFiles(['/data/rows of mine.jsonl']),
    )
    await desk.waitForURL(/#\/datasets\?import=/)
    await desk.evaluate(() =>
      (globalThis as unknown as { openFiles: (paths: string[]) => void }).openFiles(['/models/tiny.gguf']),
    )
    await desk.waitForURL(/#\/models\?import=/)
    expect(complaints).toEqual([])
    await desk.close()
  })

  test('markup and text that get into the page run nothing and reach nobody: its policy refuses them', async () => {
    const { headers } = await fetch(workstation.backend.url)
    expect(
      headers
        .get('content-security-policy')
        ?.replace(/'nonce-[\w+/=]{24}'/, 'NONCE')
        .split('; ')
        .sort(),
    ).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "font-src 'self'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self' blob:",
      "object-src 'none'",
      "require-trusted-types-for 'script'",
      "script-src 'self'",
      "style-src 'self' NONCE",
      "worker-src 'self'",
    ])
    const other = await page.context().newPage()
    await other.goto(workstation.backend.url)
    await other.locator('.frame').waitFor()
    const outcome = await other.evaluate(async () => {
      const refused = new Set<string>()
      addEventListener('securitypolicyviolation', ({ effectiveDirective }) => refused.add(effectiveDirective))
      const ran: string[] = []
      Object.assign(globalThis, { ran, refused })
      const tried = (name: string, act: () => unknown) => {
        try {
          act()
          ran.push(name)
        } catch {
          // That is what should happen.
        }
      }
      const add = (tag: string, attributes: Record<string, string>, text = '') => {
        const element = document.createElement(tag)
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
        if (text !== '') element.append(text)
        document.body.append(element)
        return element
      }
      // Not within the call of the test's driver, which is above the policy.
      await new Promise<void>(resolve =>
        setTimeout(() => {
          tried('script text', () => add('script', {}, 'ran.push("inline script")'))
          tried('markup', () => Object.assign(document.createElement('div'), { innerHTML: '<b>x</b>' }))
          tried('attribute', () => add('button', { onclick: 'ran.push("click")' }).click())
          tried('object', () => add('object', { data: '/healthz' }))
          tried('Function', () => new Function('return 1')())
          resolve()
        }, 0),
      )
      add('iframe', { src: '/healthz' })
      add('img', { src: 'http://127.0.0.1:9/x.png' })
      add('link', { rel: 'stylesheet', href: 'http://127.0.0.1:9/x.css' })
      add('base', { href: 'http://127.0.0.1:9/' })
      await fetch('http://127.0.0.1:9/').then(
        () => ran.push('fetch'),
        () => undefined,
      )
      const form = add('form', { action: '/healthz', method: 'post' }) as HTMLFormElement
      form.submit()
      return { ran, base: document.baseURI === location.href }
    })
    expect(outcome.ran.filter(name => name !== 'script text')).toEqual([])
    const refused = () => other.evaluate(() => [...(globalThis as unknown as { refused: Set<string> }).refused])
    await expect
      .poll(refused)
      .toEqual(
        expect.arrayContaining([
          ...['base-uri', 'connect-src', 'form-action', 'frame-src', 'img-src'],
          ...['require-trusted-types-for', 'style-src-elem'],
        ]),
      )
    expect(outcome.base).toBe(true)
    await other.close()
  })

  test('a lost backend is said, greys the page out, and comes back by itself with what was typed', async () => {
    const { backend } = workstation
    await workstation.open('#/keys?dialog=new')
    await page.getByLabel('Name', { exact: true }).fill('a key that was being named')
    const said = workstation.complaints.length
    // To this window the next backend will say that it is of another version.
    const older = await page.context().newPage()
    let isNext = false
    await older.route('**/rpc/system/status**', async route => {
      if (!isNext) return route.continue()
      const response = await route.fetch().catch(() => undefined)
      if (!response) return route.abort('connectionrefused')
      const answer = (await response.json()) as { json: { version: string } }
      answer.json.version = '99.0.0'
      await route.fulfill({ response, json: answer })
    })
    await older.goto(backend.url)
    await older.locator('.status .state', { hasText: 'Backend' }).waitFor()
    isNext = true
    await backend.kill('SIGKILL')
    const notice = page.getByRole('alert').filter({ hasText: 'The backend does not answer' })
    await notice.waitFor()
    expect(await page.locator('.frame.is-lost').count()).toBe(1)
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('a key that was being named')
    await shoot(page, 'lost', { theme: 'dark', language: 'en', width: 1280 })

    const again = await startBackend({ dataDir: backend.dataDir, port: Number(new URL(backend.url).port) })
    try {
      await notice.waitFor({ state: 'hidden', timeout: 20_000 })
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('a key that was being named')
      await dialog('Create a key').getByRole('button', { name: 'Create', exact: true }).click()
      await dialog('The key, shown this once').waitFor()
      const updated = older.getByRole('alert').filter({ hasText: 'Slipway was updated.' })
      await updated.waitFor({ timeout: 20_000 })
      await updated.getByRole('button', { name: 'Load the new version' }).click()
      await updated.waitFor({ state: 'hidden' })
      await older.locator('.status .state', { hasText: 'Backend' }).waitFor()
      await older.close()
      // What the browser itself says about a connection that was refused is no complaint of the page.
      const own = workstation.complaints.slice(said).filter(text => !/ERR_(CONNECTION|INCOMPLETE|EMPTY)/.test(text))
      expect([...workstation.complaints.slice(0, said), ...own]).toEqual([])
    } finally {
      await again.client.system.stop({})
      await new Promise(resolve => again.child.once('exit', resolve))
    }
  })
})
