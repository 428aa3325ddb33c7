import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Lets one set-up of a checkout work at a time: `npm start` and `npm test` in two terminals would otherwise both run
 * `npm ci` in one folder. The lock names its holder by process id and start time; one whose holder is gone is taken over.
 * @template T
 * @param {string} file
 * @param {{ onWait: (pid: number) => void, pollMs?: number }} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function oneAtATime(file, { onWait, pollMs = 300 }, work) {
  mkdirSync(dirname(file), { recursive: true })
  const own = JSON.stringify({ pid: process.pid, startTime: startTime(process.pid) })
  let told = false
  while (!take(file, own)) {
    const holder = readHolder(file)
    if (holder && !isAlive(holder)) {
      takeOver(file, holder.text)
      continue
    }
    if (holder && !told) onWait(holder.pid)
    told = true
    await pause(pollMs)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

// Written aside and linked, so that nobody ever reads a lock without its holder.
function take(file, own) {
  const aside = `${file}.${process.pid}`
  writeFileSync(aside, own)
  try {
    linkSync(aside, file)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function readHolder(file) {
  try {
    const text = readFileSync(file, 'utf8')
    return { text, ...JSON.parse(text) }
  } catch {
    // Released between our two looks.
    return undefined
  }
}

const isAlive = ({ pid, startTime: started }) => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: alive, of another user.
    return error.code === 'EPERM'
  }
  return started === startTime(pid)
}

function takeOver(file, text) {
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  // Another set-up was faster and this is already its lock: it goes back.
  if (readFileSync(aside, 'utf8') !== text) {
    try {
      linkSync(aside, file)
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
  }
  rmSync(aside, { force: true })
}

/** When a process started, in the kernel's ticks: a process id alone may have been given again. Linux only, else ''. */
function startTime(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? ''
  } catch {
    // No /proc: the process id decides alone.
    return ''
  }
}
