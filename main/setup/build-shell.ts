/**
 * Builds the desktop shell and its preload script into a folder that Electron can open:
 *
 *     node main/setup/build-shell.ts build/shell
 *
 * One CommonJS file each: a sandboxed preload script may be nothing else, and the shell then starts with one read. The
 * oldest Electron that they are tested in has Node 16.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import packageJson from '../../package.json' with { type: 'json' }

const root = resolve(import.meta.dirname, '..', '..')
const outDir = resolve(process.argv[2] ?? 'build/shell')

async function bundle(source: string, fileName: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    // Everything but Electron and Node goes into the file: there is no node_modules beside it.
    ssr: { noExternal: true, external: ['electron'], target: 'node' },
    build: {
      ssr: join(root, source),
      target: 'node16',
      outDir,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: { output: { format: 'cjs', entryFileNames: fileName, codeSplitting: false } },
    },
  })
}

rmSync(outDir, { recursive: true, force: true })
mkdirSync(outDir, { recursive: true })
await bundle('main/entry/electron.ts', 'electron.cjs')
await bundle('preload/preload.ts', 'preload.cjs')
const { version, description, license } = packageJson
writeFileSync(
  join(outDir, 'package.json'),
  `${JSON.stringify({ name: 'slipway', productName: 'Slipway', version, description, license, main: 'electron.cjs' }, undefined, 2)}\n`,
)
