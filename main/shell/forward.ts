import type { DesktopLanguage } from '../../preload/desktop-api.ts'
import { AppError } from '../contract/errors.ts'
import type { FetchHandler } from '../platform/http/listen.ts'
import type { BackendState, Supervisor } from './backend.ts'
import { failurePage, recoveredPage, retryPath } from './failure-page.ts'

type Deps = {
  readonly backend: Supervisor
  /** Requests over the backend's socket. */
  readonly fetch: FetchHandler
  readonly logFiles: readonly string[]
  readonly language: () => DesktopLanguage
}

/**
 * Answers the page's requests from the backend. While that starts, they wait for it, so a page that asks during a
 * restart gets its answer a little later; when it cannot start, a page gets the screen that says so and a program's
 * request the one error shape.
 */
export function createForward({ backend, fetch, logFiles, language }: Deps): FetchHandler {
  const unavailable = (request: Request, state: BackendState): Response => {
    const failure = 'failure' in state ? state.failure : gone()
    if (request.method === 'GET' && request.headers.get('accept')?.includes('text/html'))
      return failurePage(failure, logFiles, language())
    return new Response(JSON.stringify(failure.toBody()), {
      status: 503,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    })
  }
  return async request => {
    const isRetry = new URL(request.url).pathname === retryPath
    if (isRetry) backend.retry()
    const state = await backend.settled()
    if (state.state !== 'ready') return unavailable(request, state)
    if (isRetry) return recoveredPage()
    try {
      return await fetch(request)
    } catch (error) {
      if (request.signal.aborted) throw error
      backend.lost()
      return unavailable(request, backend.current())
    }
  }
}

const gone = () =>
  new AppError('worker_lost', 'The backend ended before it had answered.', {
    hint: 'It is started again; repeat what was asked.',
  })
