import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { Arch, build, type Configuration, Platform } from 'electron-builder'
import { load } from 'js-yaml'
import { electronProgram } from '../electron.mjs'

type Setting = {
  readonly root: string
  readonly output: string
  /** A folder with an unpacked Electron; without one, electron-builder downloads it. */
  readonly electronDist: string | undefined
}

const platforms = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS } as const
const platform = (): Platform => platforms[process.platform as keyof typeof platforms] ?? Platform.LINUX
const arch = process.arch === 'arm64' ? Arch.arm64 : Arch.x64

/** Builds the folder that every installer is made from, with its fuses set, and gives its path. */
export async function buildUnpacked(
  setting: Setting,
): Promise<{ readonly folder: string; readonly missingFuses: readonly string[] }> {
  const missingFuses = await fusesThatLack(setting.electronDist)
  const config = writeConfig(setting, missingFuses)
  await build({
    projectDir: setting.root,
    targets: platform().createTarget('dir', arch),
    config,
    publish: 'never',
  })
  const folder = join(setting.output, unpackedName())
  if (setting.electronDist) removeForeign(folder, setting.electronDist)
  return { folder, missingFuses }
}

/** Builds installers of the platform's kinds from the unpacked folder; gives the files. */
export async function buildInstallers(
  setting: Setting & { readonly unpacked: string; readonly targets: readonly string[] },
): Promise<readonly string[]> {
  return build({
    projectDir: setting.root,
    prepackaged: setting.unpacked,
    targets: platform().createTarget([...setting.targets], arch),
    config: writeConfig(setting, []),
    publish: 'never',
  })
}

/**
 * Writes electron-builder.yml with what is only known now, and gives the file. The builder merges objects into the file
 * that it finds by itself and lets nothing be taken out again; hence a whole file.
 */
function writeConfig({ root, output, electronDist }: Setting, missingFuses: readonly string[]): string {
  const given = load(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as Configuration
  const fuses = Object.entries(given.electronFuses ?? {}).filter(([name]) => !missingFuses.includes(name))
  const config: Configuration = {
    ...given,
    directories: { ...given.directories, output },
    electronFuses: Object.fromEntries(fuses),
    ...(electronDist !== undefined && { electronDist }),
  }
  const file = join(root, 'build', 'package', 'electron-builder.json')
  writeFileSync(file, JSON.stringify(config, undefined, 2))
  return file
}

const unpackedName = (): string =>
  process.platform === 'darwin'
    ? arch === Arch.arm64
      ? 'mac-arm64'
      : 'mac'
    : `${process.platform === 'win32' ? 'win' : 'linux'}-${arch === Arch.arm64 ? 'arm64-' : ''}unpacked`

// By the names of electron-builder.yml; the shipped Electron has all of them, an older one only the first.
const fuseNames = {
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
  loadBrowserProcessSpecificV8Snapshot: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
} as const

/** Fuses that a given Electron does not have: setting one would fail. */
async function fusesThatLack(electronDist: string | undefined): Promise<readonly string[]> {
  if (electronDist === undefined) return []
  const wire: Partial<Record<string, unknown>> = await getCurrentFuseWire(join(electronDist, electronProgram()))
  return Object.entries(fuseNames)
    .filter(([, index]) => wire[index] === undefined)
    .map(([name]) => name)
}

/** An unpacked Electron that came out of another program's image may bring that one's desktop files along. */
function removeForeign(folder: string, electronDist: string): void {
  for (const name of readdirSync(electronDist)) {
    const isForeign =
      name === 'AppRun' ||
      name === 'usr' ||
      name.endsWith('.desktop') ||
      lstatSync(join(electronDist, name)).isSymbolicLink()
    if (isForeign) rmSync(join(folder, name), { recursive: true, force: true })
  }
}
