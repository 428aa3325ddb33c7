import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { capture } from './child.mjs'
import { oneAtATime } from './lock.mjs'
import { openStep, readableBytes, SetupError } from './report.mjs'

/**
 * What is built before it runs: where it goes, what it is made from, and the command.
 * @type {Readonly<Record<string, { label: string, needs: string, sources: readonly string[], args: readonly string[] }>>}
 */
export const builds = {
  renderer: {
    label: 'screens',
    needs: 'renderer/vite.config.ts',
    sources: [
      'renderer',
      'preload',
      'main/contract',
      'main/surfaces/rpc',
      'main/setup/licences-plugin.ts',
      'tsconfig.json',
      'package-lock.json',
    ],
    args: ['node_modules/vite/bin/vite.js', 'build', '--config', 'renderer/vite.config.ts', '--logLevel', 'warn'],
  },
  shell: {
    label: 'desktop shell',
    needs: 'main/setup/build-shell.ts',
    sources: [
      'main/entry/electron.ts',
      'main/shell',
      'main/contract',
      'main/platform',
      'main/setup/build-shell.ts',
      'preload',
      'tsconfig.json',
      'package-lock.json',
    ],
    args: ['main/setup/build-shell.ts', 'build/shell'],
  },
}

/**
 * Builds `build/<name>` unless it was built from the sources as they are now.
 * @param {'renderer' | 'shell'} name
 * @param {{ root: string, node: string, env: NodeJS.ProcessEnv, output?: import('./report.mjs').Output }} place
 * @throws {SetupError} with what the build said
 */
export async function ensureBuilt(name, { root, node, env, output }) {
  const { label, needs, sources, args } = builds[name]
  if (!existsSync(join(root, needs))) return
  const hash = hashOf(root, sources)
  const stamp = join(root, 'build', `${name}.stamp`)
  if (readStamp(stamp) === hash) return
  const step = openStep(label, output && { output })
  const onWait = pid => step.note(`Waiting for another build of the ${label} (process ${pid}).`)
  await oneAtATime(join(root, '.cache', `build-${name}.lock`), { onWait }, async () => {
    if (readStamp(stamp) === hash) return
    step.progress('building')
    const { NODE_ENV: _mode, ...clean } = env
    const { code, stdout, stderr } = await capture(node, args, { cwd: root, env: { ...clean, NODE_ENV: 'production' } })
    if (code !== 0) {
      throw new SetupError(
        `The ${label} could not be built.\n${complaint(stderr || stdout)}`,
        `See it again: node ${args.join(' ')}`,
      )
    }
    mkdirSync(dirname(stamp), { recursive: true })
    writeFileSync(stamp, `${hash}\n`)
    const { files, bytes } = measure(join(root, 'build', name))
    step.done(`${files} files, ${readableBytes(bytes)}`)
  })
}

/** What the builder says about the source, without its own stack. */
function complaint(output) {
  const plain = stripVTControlCharacters(output)
  const said = plain.slice(Math.max(0, plain.lastIndexOf('Build failed with')))
  return (
    said
      .split(/\n\s*(?:at |Stack backtrace)/)[0]
      ?.trim()
      .slice(0, 3_000) ?? ''
  )
}

const readStamp = file => (existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined)

/** One hash over names and contents; tests are no part of what is built. */
function hashOf(root, sources) {
  const hash = createHash('sha256')
  for (const path of sources.flatMap(source => filesBelow(root, source)).sort()) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0')
  }
  return hash.digest('hex')
}

function filesBelow(root, path) {
  if (!existsSync(join(root, path))) return []
  if (statSync(join(root, path)).isFile()) return [path]
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap(entry => {
    if (entry.isDirectory()) return filesBelow(root, `${path}/${entry.name}`)
    return /\.test\.tsx?$/.test(entry.name) ? [] : [`${path}/${entry.name}`]
  })
}

function measure(folder) {
  const files = filesBelow(folder, '.')
  return { files: files.length, bytes: files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0) }
}
