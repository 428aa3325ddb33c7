import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import * as z from 'zod'
import packageJson from '../../../package.json' with { type: 'json' }
import { capture } from '../child.mjs'
import { SetupError } from '../report.mjs'
import { measure } from './stage.ts'

/** As much of electron-builder.yml as a Debian package says. */
const Config = z.object({
  productName: z.string(),
  fileAssociations: z.array(z.object({ mimeType: z.string() })),
  linux: z.object({
    executableName: z.string(),
    synopsis: z.string(),
    maintainer: z.string(),
    desktop: z.object({ entry: z.record(z.string(), z.string()) }),
  }),
  deb: z.object({ packageName: z.string(), depends: z.array(z.string()), recommends: z.array(z.string()) }),
})
type Config = z.output<typeof Config>

type Setting = {
  readonly root: string
  /** The folder of `buildUnpacked`; it is moved into the package's tree and back, not copied. */
  readonly unpacked: string
  readonly output: string
  /** `none` makes a large file fast, for tests. */
  readonly compression: 'xz' | 'zstd' | 'none'
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/**
 * Makes a Debian package with dpkg-deb alone, from the same facts and files as electron-builder's, which needs a helper
 * that it downloads first. Gives the file.
 */
export async function buildDeb({ root, unpacked, output, compression }: Setting): Promise<string> {
  const config = Config.parse(load(readFileSync(join(root, 'electron-builder.yml'), 'utf8')))
  const tree = join(output, 'deb-tree')
  rmSync(tree, { recursive: true, force: true })
  const app = join(tree, 'opt', config.productName)
  mkdirSync(join(tree, 'opt'), { recursive: true })
  renameSync(unpacked, app)
  try {
    writeDesktopFiles(root, tree, config)
    makeReadable(tree)
    writeControl(root, tree, config)
    const file = join(output, `${config.deb.packageName}_${packageJson.version}_${architecture()}.deb`)
    const args = ['--build', '--root-owner-group', `-Z${compression}`, tree, file]
    const { code, stderr } = await capture('dpkg-deb', args, { cwd: output, env: process.env })
    if (code !== 0) throw new SetupError(`dpkg-deb ended with code ${code}.`, stderr.trim())
    return file
  } finally {
    renameSync(app, unpacked)
    rmSync(tree, { recursive: true, force: true })
  }
}

const architecture = (): string => architectures[process.arch] ?? process.arch

/** The menu entry, the file types and the icons, where every desktop looks for them. */
function writeDesktopFiles(root: string, tree: string, { productName, fileAssociations, linux }: Config): void {
  const share = join(tree, 'usr', 'share')
  const lines = {
    Type: 'Application',
    Name: productName,
    Exec: `/opt/${productName}/${linux.executableName} %F`,
    Icon: linux.executableName,
    Terminal: 'false',
    ...linux.desktop.entry,
    MimeType: `${fileAssociations.map(({ mimeType }) => mimeType).join(';')};`,
  }
  const entry = Object.entries(lines).map(([key, value]) => `${key}=${value}`)
  put(join(share, 'applications'), `${linux.executableName}.desktop`, `[Desktop Entry]\n${entry.join('\n')}\n`)
  put(join(share, 'mime', 'packages'), 'slipway.xml', readFileSync(join(root, 'resources', 'linux', 'slipway.xml')))
  for (const name of readdirSync(join(root, 'resources', 'icons'))) {
    const size = name.replace('.png', '')
    const icon = readFileSync(join(root, 'resources', 'icons', name))
    put(join(share, 'icons', 'hicolor', size, 'apps'), `${linux.executableName}.png`, icon)
  }
  put(join(share, 'doc', 'slipway'), 'copyright', readFileSync(join(root, 'LICENSE')))
}

function writeControl(root: string, tree: string, { linux, deb }: Config): void {
  const control = join(tree, 'DEBIAN')
  const fields = {
    Package: deb.packageName,
    Version: packageJson.version,
    Architecture: architecture(),
    Maintainer: linux.maintainer,
    'Installed-Size': String(Math.ceil(measure(tree).bytes / 1024)),
    Depends: deb.depends.join(', '),
    Recommends: deb.recommends.join(', '),
    Section: 'science',
    Priority: 'optional',
    Description: `${linux.synopsis}\n Keeps models and datasets, tunes models, evaluates them and serves them, on one machine.`,
  }
  put(
    control,
    'control',
    `${Object.entries(fields)
      .map(([key, value]) => `${key}: ${value}`)
      .join('\n')}\n`,
  )
  for (const [script, source] of [
    ['postinst', 'after-install.sh'],
    ['postrm', 'after-remove.sh'],
  ] as const) {
    cpSync(join(root, 'resources', 'linux', source), join(control, script))
    chmodSync(join(control, script), 0o755)
  }
}

function put(folder: string, name: string, content: string | Buffer): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), content)
}

/** Every user of the machine may read and run it, whatever the mask of whoever built it; only root may change it. */
function makeReadable(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) makeReadable(path)
    else if (entry.isFile()) chmodSync(path, lstatSync(path).mode & 0o100 ? 0o755 : 0o644)
  }
}

/** Whether this system can make Debian packages. */
export const canBuildDeb = (): boolean => existsSync('/usr/bin/dpkg-deb') && statSync('/usr/bin/dpkg-deb').isFile()
