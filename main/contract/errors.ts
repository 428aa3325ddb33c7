/**
 * The closed list of what can go wrong, as users and scripts see it.
 * `status` is the HTTP status; `exit` the command line's exit code (see `slipway --help`).
 */
export const errorKinds = {
  invalid_input: { status: 400, exit: 2 }, // the request, file or row is wrong: the caller can fix it
  unauthenticated: { status: 401, exit: 4 },
  forbidden: { status: 403, exit: 4 }, // known caller, but policy, scope, Host, Origin or offline mode says no
  not_found: { status: 404, exit: 3 },
  conflict: { status: 409, exit: 5 }, // the state of things does not allow it now
  too_large: { status: 413, exit: 2 },
  unsupported: { status: 422, exit: 2 }, // well-formed, but this build cannot do it with this object
  busy: { status: 429, exit: 1 }, // a limit was reached: retry later
  missing_requirement: { status: 424, exit: 6 }, // needs an environment, a device, disk space, a chat template …
  cancelled: { status: 499, exit: 130 },
  worker_lost: { status: 502, exit: 1 }, // the child process that did the work is gone
  worker_failed: { status: 500, exit: 1 }, // the child process reported a failure of its own
  storage_full: { status: 507, exit: 6 },
  storage_failed: { status: 500, exit: 1 }, // the disk answered with an error of its own; what it refused was not done
  storage_damaged: { status: 500, exit: 1 },
  internal: { status: 500, exit: 1 },
} as const satisfies Record<string, { status: number; exit: number }>

export type ErrorCode = keyof typeof errorKinds
export const errorCodes = Object.keys(errorKinds) as readonly ErrorCode[]
export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorKinds, code)

/** What a failure looks like outside: over HTTP, in `--json`, in a job's row. */
export type ErrorBody = {
  readonly code: ErrorCode
  readonly message: string
  /** What the reader can do about it, as one sentence. */
  readonly hint?: string
  readonly details?: Readonly<Record<string, unknown>>
}

type Options = ErrorOptions & { readonly hint?: string; readonly details?: Readonly<Record<string, unknown>> }

/** The only error that crosses a process boundary; anything else becomes `internal` at the edge. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, { hint, details, ...options }: Options = {}) {
    super(message, options)
    this.code = code
    this.hint = hint
    this.details = details
  }

  /** The plain object that leaves the process. It never holds a stack, a cause or a path that the message does not name. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint !== undefined && { hint: this.hint }),
      ...(this.details !== undefined && { details: this.details }),
    }
  }
}

/** The way back from `toBody`; undefined for anything that is not such a body. */
export function errorFromBody(body: unknown): AppError | undefined {
  if (!isErrorBody(body)) return undefined
  const { code, message, ...options } = body
  return new AppError(code, message, options)
}

const isErrorBody = (body: unknown): body is ErrorBody =>
  typeof body === 'object' &&
  body !== null &&
  'code' in body &&
  isErrorCode(body.code) &&
  'message' in body &&
  typeof body.message === 'string'

/** Says an unexpected failure outside without leaking what it was; the log keeps the cause. */
export const toAppError = (error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError('internal', 'Something inside Slipway failed.', {
        cause: error,
        hint: 'The backend log has the details: `slipway status` names the file.',
      })
