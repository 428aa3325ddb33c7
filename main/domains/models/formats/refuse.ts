import { AppError } from '../../../contract/errors.ts'

const fetchAgain = 'The file is incomplete or damaged: fetch it again from its source.'

/** A file that does not hold what its format demands. `file` is the name to show: relative to the model, never a whole path. */
export const refuse = (file: string, reason: string, hint: string = fetchAgain): AppError =>
  new AppError('invalid_input', `${file}: ${reason}`, { hint })

/** A file that asks for more than the limits allow: more than any known model needs. */
export const refuseSize = (file: string, reason: string): AppError =>
  new AppError('too_large', `${file}: ${reason}`, {
    hint: 'No known model needs this; the file is damaged or was made to harm. Do not load it elsewhere either.',
  })

/** A well-formed file that this build has no reader for. */
export const unsupported = (file: string, reason: string, hint: string): AppError =>
  new AppError('unsupported', `${file}: ${reason}`, { hint })
