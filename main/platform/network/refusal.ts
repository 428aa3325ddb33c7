import { AppError } from '../../contract/errors.ts'

export type Method = (this: object, ...args: unknown[]) => unknown
type Callback = (...args: unknown[]) => void

export const refused = (what: string): AppError =>
  new AppError('forbidden', `This process may not use the network: ${what} was refused.`, {
    hint: 'It reaches only this machine, by design or because SLIPWAY_OFFLINE=hard is set; nothing was sent.',
  })

/** Calls a call's callback, its last argument, later, as all of Node does. Without one the error is thrown there. */
export function answerLater(args: readonly unknown[], error: AppError | null, ...results: readonly unknown[]): void {
  const callback = args.at(-1)
  const thrown: Callback = () => {
    throw error
  }
  process.nextTick(typeof callback === 'function' ? (callback as Callback) : thrown, error, ...results)
}

/** Puts another method in the place of one that is there; `make` gets the original. */
export function replace(of: object, name: string, make: (original: Method) => Method): void {
  const methods = of as Record<string, Method>
  const original = methods[name]
  if (typeof original === 'function') methods[name] = make(original)
}
