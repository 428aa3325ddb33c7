/**
 * Quantises one GGUF file with llama.cpp, in a process of its own because llama.cpp logs to standard error and may abort:
 *
 *   node main/entry/quantize-gguf.ts INPUT OUTPUT TYPE THREADS
 *
 * The end of standard input ends it.
 */
import '../platform/network/never.ts'

import { GgufType } from '../contract/conversion.ts'
import { toAppError } from '../contract/errors.ts'
import { quantizeGguf } from '../platform/llama-cpp/quantize.ts'
import { llamaCppRelease, llamaLibrary } from '../platform/llama-cpp/release.ts'

const [input = '', output = '', type, threads] = process.argv.slice(2)
process.stdin.on('end', () => process.exit(1)).resume()

quantizeGguf(await llamaLibrary(), llamaCppRelease().name, {
  input,
  output,
  type: GgufType.parse(type),
  threads: Number(threads),
}).then(
  code => process.exit(code),
  error => {
    process.stdout.write(`${JSON.stringify({ event: 'failed', ...toAppError(error).toBody() })}\n`)
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  },
)
