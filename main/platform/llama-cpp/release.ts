import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { AppError } from '../../contract/errors.ts'

/** The llama.cpp release that node-llama-cpp was built from, and that its package carries in source. */
export type LlamaCppRelease = {
  /** Such as `v0.5.0`. */
  readonly name: string
  /** The whole source as one git bundle. */
  readonly bundle: string
}

const Release = z.object({ release: z.string().regex(/^[\w.-]{1,60}$/) })

/** Throws `missing_requirement` when the package is not there or was stripped of its source. */
export function llamaCppRelease(): LlamaCppRelease {
  try {
    const folder = join(dirname(fileURLToPath(import.meta.resolve('node-llama-cpp'))), '..', 'llama')
    const text = readFileSync(join(folder, 'binariesGithubRelease.json'), 'utf8')
    return { name: Release.parse(JSON.parse(text)).release, bundle: join(folder, 'gitRelease.bundle') }
  } catch (error) {
    throw new AppError('missing_requirement', 'The llama.cpp release of node-llama-cpp cannot be read.', {
      cause: error,
      hint: 'Install Slipway again (in a checkout: npm ci).',
    })
  }
}

const packages: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
}

const Binaries = z.object({ getBinsDir: z.function({ output: z.object({ binsDir: z.string() }) }) })

/** The shared library `llama` of that release for this machine's processor. Throws `missing_requirement`. */
export async function llamaLibrary(): Promise<string> {
  const name = packages[`${process.platform}-${process.arch}`]
  try {
    const { binsDir } = Binaries.parse(await import(`@node-llama-cpp/${name}`)).getBinsDir()
    for (const folder of readdirSync(binsDir)) {
      const file = readdirSync(join(binsDir, folder)).find(each =>
        /^(lib)?llama(\.v[\d.]+)?\.(so|dylib|dll)$/.test(each),
      )
      if (file !== undefined) return join(binsDir, folder, file)
    }
    throw new Error(`no llama library below ${binsDir}`)
  } catch (error) {
    throw new AppError(
      'missing_requirement',
      `There is no llama.cpp library for ${process.platform}-${process.arch} here.`,
      { cause: error, hint: 'Install Slipway again (in a checkout: npm ci). Optional packages must not be left out.' },
    )
  }
}
