/**
 * `npm run package`: the installers of this platform, in dist/. The unpacked program is made first and everything else
 * from it.
 *
 *   npm run package -- [--dir] [--target deb,rpm,AppImage] [--output DIR] [--compression xz|zstd|none]
 */
import '../platform/network/unless-offline.ts'

import { existsSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { electronProgram, reachable } from '../setup/electron.mjs'
import { layOutApp } from '../setup/package/app-archive.ts'
import { buildDeb, canBuildDeb } from '../setup/package/deb.ts'
import { measure, stagePackage } from '../setup/package/stage.ts'
import { buildInstallers, buildUnpacked } from '../setup/package/unpacked.ts'
import { carryUv } from '../setup/package/uv.ts'
import { openStep, readableBytes, SetupError, tellFailure } from '../setup/report.mjs'

const root = resolve(import.meta.dirname, '..', '..')
const targetsOf: Readonly<Record<string, readonly string[]>> = {
  linux: ['deb', 'rpm', 'AppImage'],
  darwin: ['dmg'],
  win32: ['nsis'],
}

const compressions = ['xz', 'zstd', 'none'] as const

async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      dir: { type: 'boolean', default: false },
      target: { type: 'string' },
      output: { type: 'string', default: join(root, 'dist') },
      compression: { type: 'string', default: 'xz' },
    },
  })
  const compression = compressions.find(each => each === values.compression)
  if (!compression) throw new SetupError(`There is no compression ${values.compression}.`, compressions.join(', '))
  // What is packed belongs to every user of the machine that it is installed on.
  process.umask(0o022)
  const out = join(root, 'build', 'package')
  const output = resolve(values.output)
  const electronDist = unpackedElectron()

  const contents = openStep('package contents')
  stagePackage({ root, out, platform: `${process.platform}-${process.arch}`, node: process.execPath })
  layOutApp({ root, out, electronDist })
  const noUv = await carryUv(root, out)
  if (noUv !== undefined) contents.note(`note: uv is not carried: ${noUv}`)
  const { files, bytes } = measure(out)
  contents.done(`${files} files, ${readableBytes(bytes)}`)

  const unpacking = openStep('unpacked program')
  const setting = { root, output, electronDist }
  const { folder, missingFuses } = await buildUnpacked(setting)
  if (missingFuses.length > 0) unpacking.note(`note: this Electron has no fuse ${missingFuses.join(', ')}`)
  const size = measure(folder)
  unpacking.done(`${relative(process.cwd(), folder)}, ${size.files} files, ${readableBytes(size.bytes)}`)
  if (values.dir) return

  const targets = values.target?.split(',') ?? targetsOf[process.platform] ?? []
  const installers = openStep('installers')
  if (await reachable('github.com', 443)) {
    const made = await buildInstallers({ ...setting, unpacked: folder, targets })
    installers.done(made.map(described).join(', '))
    return
  }
  // The helpers that electron-builder downloads are out of reach. A deb needs none of them.
  const left = targets.filter(target => target !== 'deb')
  if (left.length > 0) installers.note(`note: not made: ${left.join(', ')} (their helper tools are on github.com)`)
  if (!targets.includes('deb')) return
  if (!canBuildDeb())
    throw new SetupError('A deb needs dpkg-deb.', 'apt-get install dpkg, or build on Debian or Ubuntu.')
  installers.done(described(await buildDeb({ root, unpacked: folder, output, compression })))
}

/** The Electron to pack: the one that was named, else the one that was downloaded; else the builder fetches it. */
function unpackedElectron(): string | undefined {
  const downloaded = join(root, 'node_modules', 'electron', 'dist')
  return (
    process.env.ELECTRON_OVERRIDE_DIST_PATH ??
    (existsSync(join(downloaded, electronProgram())) ? downloaded : undefined)
  )
}

const described = (file: string): string => `${relative(process.cwd(), file)} ${readableBytes(statSync(file).size)}`

try {
  await main(process.argv.slice(2))
} catch (error) {
  tellFailure(error)
  process.exitCode = 1
}
