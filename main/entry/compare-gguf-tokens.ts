/**
 * Reads texts with the vocabulary of a GGUF file, in a process of its own because llama.cpp may abort on a bad one, and says
 * which of them get other tokens than the original model gives them:
 *
 *   node main/entry/compare-gguf-tokens.ts FILE TOKENS.json
 *
 * The end of standard input ends it.
 */
import '../platform/network/never.ts'

import { readFileSync } from 'node:fs'
import { getLlama, LlamaLogLevel } from 'node-llama-cpp'
import * as z from 'zod'

const Texts = z.array(z.object({ text: z.string(), ids: z.array(z.number().int()) }))

const [file = '', tokensFile = ''] = process.argv.slice(2)
process.stdin.on('end', () => process.exit(1)).resume()

const texts = Texts.parse(JSON.parse(readFileSync(tokensFile, 'utf8')))
const llama = await getLlama({
  gpu: false,
  build: 'never',
  skipDownload: true,
  progressLogs: false,
  logLevel: LlamaLogLevel.error,
  maxThreads: 1,
})
const model = await llama.loadModel({ modelPath: file, vocabOnly: true })
const differing = texts.filter(({ text, ids }) => {
  const found: readonly number[] = model.tokenize(text, false)
  return found.length !== ids.length || found.some((id, index) => id !== ids[index])
})
const answer = { event: 'finished', texts: texts.length, differing: differing.map(({ text }) => text) }
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0))
