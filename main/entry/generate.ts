/**
 * Writes what is generated from the contract: the workers' wire schema and ranges, the OpenAPI document, the reference of
 * the command line. With --check it writes nothing and fails when a file is not what it should be.
 *
 *   npm run gen
 */
import '../platform/network/unless-offline.ts'

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { trainingParametersPath, trainingParametersText } from '../setup/generate-training-parameters.ts'
import { wireSchemaPath, wireSchemaText } from '../setup/generate-wire-schema.ts'
import { cliReference } from '../surfaces/cli/reference.ts'
import { openApiDocument } from '../surfaces/http/openapi.ts'
import { fromRoot } from './from-root.ts'

const docs = (name: string) => fromRoot(`resources/docs/${name}`)

const files: readonly (readonly [path: string, text: string])[] = [
  [wireSchemaPath, wireSchemaText()],
  [trainingParametersPath, trainingParametersText()],
  [docs('openapi.json'), `${JSON.stringify(await openApiDocument(), null, 1)}\n`],
  [docs('cli.md'), cliReference()],
]

const stale = files.filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`not up to date: ${path} (npm run gen)`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  for (const [path, text] of stale) {
    writeFileSync(path, text)
    console.log(`wrote ${path}`)
  }
}
