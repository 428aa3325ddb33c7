import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { socketFetch } from '../../../main/platform/http/socket-fetch.ts'
import { pathsOf } from '../../../main/platform/paths.ts'
import { createClient } from '../../../main/surfaces/rpc/client.ts'
import { temporaryDir } from '../../support/backend.ts'
import {
  cleanEnv,
  type Desktop,
  displayForFile,
  electronPath,
  noDesktopReason,
  openDesktop,
  shellFolder,
  switches,
} from './support/desktop.ts'
import { isAlive, listeningTcp, openSockets, processTree } from './support/processes.ts'

const display = displayForFile()
let desktop: Desktop

beforeAll(async () => {
  if (noDesktopReason) return
  desktop = await openDesktop({ env: display.env() })
  await desktop.page.waitForSelector('.frame')
})
afterAll(async () => {
  await desktop?.dispose()
})

type Sent = { readonly method: string; readonly headers: Record<string, string>; readonly body: string }
const ask = (path: string, init?: Sent) =>
  desktop.page.evaluate(
    async ([address, options]) => {
      const response = await fetch(address, options)
      return { status: response.status, text: await response.text(), type: response.headers.get('content-type') }
    },
    [path, init] as const,
  )

test.each([
  '/../../../../etc/passwd',
  '/..%2f..%2f..%2f..%2fetc%2fpasswd',
  '/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '/%252e%252e%252fetc%252fpasswd',
  '/assets/../../../package.json',
  '/assets/..%2f..%2f..%2fpackage.json',
  '/..%5c..%5cetc%5cpasswd',
  '/..\\..\\etc\\passwd',
  '//etc/passwd',
  '/%2fetc/passwd',
  '/./.git/config',
  '/index.html/../../package.json',
  '/assets/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd',
  '/~root/.ssh/id_rsa',
  '/file:///etc/passwd',
  `/${'../'.repeat(200)}etc/passwd`,
])('no path leads out of what the backend serves: %s', async path => {
  const { status, text } = await ask(`app://slipway${path}`)
  expect([status, text.includes('root:'), text.includes('"name"')]).toEqual([404, false, false])
})

test('a page of another origin gets nothing from the backend, not even a request through', async () => {
  const opened = desktop.app.waitForEvent('window')
  await desktop.app.evaluate(({ BrowserWindow }) => {
    void new BrowserWindow({ show: false }).loadURL('data:text/html,<title>foreign</title>')
  })
  const page = await opened
  // The window is there before its page: what is asked of it then is lost with the empty one.
  await page.waitForURL(/^data:/)
  const outcome = await page.evaluate(async () => {
    const loads = (src: string) =>
      new Promise<boolean>(resolve => {
        const image = new Image()
        image.onload = () => resolve(true)
        image.onerror = () => resolve(false)
        image.src = src
      })
    const posted = fetch('app://slipway/api/v1/system/stop', { method: 'POST', mode: 'no-cors', body: '{}' })
    const read = await fetch('app://slipway/api/v1/system/status').then(
      () => true,
      () => false,
    )
    await posted.catch(() => undefined)
    return { image: await loads('app://slipway/mark.svg'), read }
  })
  await page.close()
  expect(outcome).toEqual({ image: false, read: false })
  for (const path of ['api/v1/system/stop', 'api/v1/system/status', 'mark.svg'])
    await expect.poll(desktop.shellLog).toContain(`"request refused","url":"app://slipway/${path}","by":"data:`)
  expect((await ask('/mark.svg')).status).toBe(200)
})

test('another host of the same scheme is not ours', async () => {
  expect(
    await desktop.page.evaluate(() =>
      fetch('app://slipway.evil/healthz').then(
        response => response.status,
        () => 'refused',
      ),
    ),
  ).toBe('refused')
})

test('what a page sends arrives whole, and too much of it is refused by the backend', async () => {
  const post = (bytes: number) =>
    ask('/api/v1/keys', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x', scope: ['read'], padding: 'p'.repeat(bytes) }),
    })
  // Four megabytes pass and are judged by the method; nine are over the gateway's limit.
  expect((await post(4_000_000)).status).not.toBe(413)
  expect(await post(9_000_000)).toMatchObject({ status: 413 })
})

test('an event stream comes event by event, and ends when the page lets go of it', async () => {
  const { pid } = await desktop.client.system.status({})
  await desktop.page.evaluate(async () => {
    const stop = new AbortController()
    const response = await fetch('/api/v1/events?topics[]=keys', { signal: stop.signal })
    const seen: string[] = []
    Object.assign(globalThis, { seen, stop })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    const read = async () => {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true }
        if (done) return
        seen.push(value ?? '')
      }
    }
    void read().catch(() => seen.push('ended'))
  })
  const text = () => desktop.page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen.join(''))
  for (const name of ['first', 'second']) {
    await desktop.client.keys.create({ name, scope: ['read'] })
    const events = name === 'first' ? 1 : 2
    await expect.poll(async () => (await text()).match(/"topic":"keys"/g)?.length).toBe(events)
  }
  const before = openSockets(pid)
  await desktop.page.evaluate(() => (globalThis as unknown as { stop: AbortController }).stop.abort())
  await expect.poll(() => openSockets(pid), { timeout: 15_000 }).toBeLessThan(before)
})

test('a program that is started from the desktop opens no TCP port, and ends its backend with itself', async ({
  skip,
}) => {
  skip(process.platform !== 'linux', 'open ports are read from /proc')
  const dataDir = temporaryDir('ports')
  // Not through Playwright, which opens two debugging ports.
  const child = spawn(electronPath, [...switches, shellFolder, '--data-dir', dataDir, '--node', process.execPath], {
    env: { ...cleanEnv(), ...display.env() },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
    await new Promise<void>(resolve =>
      child.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('window open') && resolve()),
    )
    const { backendSocket } = pathsOf(dataDir, process.env)
    const { pid: backendPid } = await createClient({ socketPath: backendSocket }).system.status({})
    const pids = [...processTree(child.pid ?? 0), ...processTree(backendPid)]
    expect(pids.length).toBeGreaterThan(4)
    expect(listeningTcp(pids)).toEqual([])
    expect((await socketFetch(backendSocket)(new Request('http://slipway/healthz'))).ok).toBe(true)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(isAlive(backendPid)).toBe(false)
  } finally {
    child.kill('SIGKILL')
    rmSync(dataDir, { recursive: true, force: true })
  }
})
