import { basename } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import type { ModelSummary } from '../../contract/models.ts'

/** Why a path whose files can run code is not taken: pickles are never loaded, nor is an archive opened to look for any. */
export function pickleRefusal(path: string, containsCode: ModelSummary['containsCode']): AppError {
  const name = basename(path)
  if (/\.(zip|tar|tgz|gz|bz2|xz|7z)$/i.test(name))
    return new AppError('unsupported', `${name} is an archive: what is in it is not looked at.`, {
      hint: 'Unpack it with a tool that you trust, and name the folder. Slipway never loads pickles.',
      details: { containsCode },
    })
  return new AppError('unsupported', `${name} holds pickled weights: loading them runs code.`, {
    hint: 'Get the model as safetensors or GGUF. Slipway never loads pickles.',
    details: { containsCode },
  })
}
