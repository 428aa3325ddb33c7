/**
 * The command line: `slipway <domain> <verb> …`, generated from the contract. It talks to the running backend, or
 * starts one for the call.
 */
import '../platform/network/unless-offline.ts'

import { enableCompileCache } from 'node:module'
import { compileCacheFolder } from '../platform/compile-cache.ts'

process.on('SIGINT', () => process.exit(130))
// `slipway … | head` closes the pipe early: that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

// Compiled modules are kept between starts. Hence the late import.
const compiled = compileCacheFolder(process.env)
if (compiled !== undefined) enableCompileCache(compiled)
const { runLine } = await import('../surfaces/cli/line.ts')

process.exitCode = await runLine(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  width: process.stdout.columns ?? 160,
  output: {
    out: (text: string) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    write: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(`${text}\n`),
  },
  migrations: async () => (await import('./migrations.ts')).migrations,
})
