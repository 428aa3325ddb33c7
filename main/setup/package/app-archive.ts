import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../../../package.json' with { type: 'json' }

type Place = { readonly root: string; readonly out: string; readonly electronDist: string | undefined }

/**
 * Lays out what goes into the app's archive: the built shell and nothing else.
 *
 * Where Electron's own binary cannot be had, desktop tests use an older one that a test host fills in (a `host.js` in
 * its resources, which runs the folder named on its command line). A package made with such a one starts that first;
 * the Electron that is shipped has none.
 */
export function layOutApp({ root, out, electronDist }: Place): void {
  const app = join(out, 'app')
  rmSync(app, { recursive: true, force: true })
  mkdirSync(app, { recursive: true })
  const { version, description, license } = packageJson
  const manifest = {
    name: 'slipway',
    productName: 'Slipway',
    version,
    description,
    license,
    author: 'The Slipway authors',
  }
  const hasTestHost = electronDist !== undefined && existsSync(join(electronDist, 'resources', 'app', 'host.js'))
  cpSync(join(root, 'build', 'shell'), hasTestHost ? join(app, 'shell') : app, { recursive: true })
  if (hasTestHost) writeFileSync(join(app, 'test-host.cjs'), startTestHost)
  const main = hasTestHost ? 'test-host.cjs' : 'electron.cjs'
  writeFileSync(join(app, 'package.json'), `${JSON.stringify({ ...manifest, main }, undefined, 2)}\n`)
}

const startTestHost = `const { join } = require('node:path')
process.argv.splice(1, 0, join(__dirname, 'shell'))
require(join(process.resourcesPath, 'app', 'host.js'))
`
