#!/usr/bin/env node
/**
 * `slipway` in a checkout (`npx slipway …`): sets up what is missing, then runs the command line with the right Node.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inherit } from '../setup/child.mjs'
import { findNode24 } from '../setup/node24.mjs'
import { ensureNpmPackages } from '../setup/npm-packages.mjs'
import { tellFailure } from '../setup/report.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

try {
  await ensureNpmPackages(root, process.env)
  const node = findNode24(root)
  // The user's folder stays the working directory: paths on the command line are relative to it.
  const options = { cwd: process.cwd(), env: process.env }
  process.exitCode = await inherit(node, [join(root, 'main', 'entry', 'cli.ts'), ...process.argv.slice(2)], options)
} catch (error) {
  tellFailure(error)
  process.exitCode = 6
}
