import { getPriority } from 'node:os'
import { describe, expect, it } from 'vitest'
import { jobNiceness, spawnContained } from './contained-spawn.ts'

describe.skipIf(process.platform === 'win32')('a contained child', () => {
  it('gives way to the processes that answer a person', async () => {
    const child = spawnContained(['/bin/sh', '-c', 'echo here; read -r _'], {
      cwd: '/',
      env: { PATH: process.env.PATH ?? '' },
    })
    await new Promise(resolve => child.stdout?.once('data', resolve))
    expect(getPriority(child.pid)).toBe(Math.min(19, getPriority() + jobNiceness))
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.stdin?.end('go\n')
    expect(await ended).toBe(0)
  })
})
