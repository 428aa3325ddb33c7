import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { silentLog } from '../log.ts'
import { createGpuWatch } from './watch.ts'

const program = (code: string) => () => spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'pipe', 'ignore'] })
const reading = { driver: '1', gpus: [] }

test('without a GPU nothing is started and nothing is waited for', async () => {
  const watch = createGpuWatch({
    likely: 'none',
    clock: systemClock,
    log: silentLog,
    spawnProbe: () => {
      throw new Error('started')
    },
  })
  watch.start()
  await watch.ready
  expect(watch.state().status).toBe('none')
})

test('readings of the probe are followed, and figures that are old are called stale', async () => {
  let nowMs = 0
  const watch = createGpuWatch({
    likely: 'nvidia',
    clock: { ...systemClock, monotonicMs: () => nowMs },
    log: silentLog,
    spawnProbe: program(`console.log('${JSON.stringify(reading)}'); setInterval(() => {}, 1e6)`),
  })
  expect(watch.state().status).toBe('detecting')
  watch.start()
  await watch.ready
  // Ready is also who need not be waited for any longer: on a busy machine the first answer may come after that.
  await expect.poll(() => watch.state()).toEqual({ status: 'live', reading })
  nowMs += 5_001
  expect(watch.state().status).toBe('stale')
  watch.close()
})

test('a probe that dies is no GPU, and does not end the backend', async () => {
  const watch = createGpuWatch({
    likely: 'nvidia',
    clock: systemClock,
    log: silentLog,
    spawnProbe: program('process.exit(1)'),
  })
  watch.start()
  await watch.ready
  await expect.poll(() => watch.state().status).toBe('failed')
  watch.close()
})

test('the real probe says what is wrong with a driver that is not there, and ends with its standard input', async () => {
  const probe = spawn(process.execPath, [fileURLToPath(new URL('../../entry/gpu-probe.ts', import.meta.url)), 'nvidia'])
  const [line] = await once(probe.stdout, 'data')
  const { gpus, trouble } = JSON.parse(String(line))
  // On a machine with an NVIDIA driver there are GPUs or a reason; here and in CI there is neither.
  expect(gpus.length > 0 || trouble.hint.length > 0).toBe(true)
  const exit = once(probe, 'exit')
  probe.stdin.end()
  expect((await exit)[0]).toBe(0)
})
