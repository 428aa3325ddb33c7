import { createHash } from 'node:crypto'
import { type Call, systemCall } from '../contract/call.ts'
import type { Engines } from '../contract/engine.ts'
import type { AllHandlers } from '../contract/index.ts'
import type { Identity } from '../domains/identity/service.ts'
import type { Clock } from '../platform/clock.ts'
import type { AuditedStore } from '../platform/db/store.ts'
import type { FetchHandler } from '../platform/http/listen.ts'
import type { Log } from '../platform/log.ts'
import type { Family } from '../platform/metrics/exposition.ts'
import type { Paths } from '../platform/paths.ts'
import { createGateway, type Transport } from '../surfaces/http/gateway.ts'
import { createHttpMetrics } from '../surfaces/http/http-metrics.ts'
import { methodMounts } from '../surfaces/http/methods.ts'
import { metricsMount } from '../surfaces/http/metrics.ts'
import { openAiMount } from '../surfaces/http/openai.ts'
import { createSessionCookie } from '../surfaces/http/session-cookie.ts'
import { statusMounts } from '../surfaces/http/status.ts'
import { workstationMount } from '../surfaces/http/workstation.ts'
import { createRouter } from '../surfaces/rpc/router.ts'
import { fromRoot } from './from-root.ts'

type Deps = {
  readonly paths: Pick<Paths, 'dataDir'>
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  readonly store: Pick<AuditedStore, 'audit'>
  readonly identity: Pick<Identity, 'callerOfKey' | 'callerOfSession' | 'isSessionLive' | 'startSession'>
  readonly handlers: AllHandlers
  readonly engines: Engines
  /** What the domains measure of themselves. */
  readonly metrics: () => readonly Family[]
}

/** Everything that the backend serves over HTTP, behind one chain of guards. */
export function composeGateway(deps: Deps): (transport: Transport) => FetchHandler {
  const { paths, clock, log, version, store, identity, handlers, engines, metrics } = deps
  // The refusal or failure is the answer, whatever becomes of its record: a full disk takes neither.
  const recordRefusal = (call: Call, object: string, result: string): void => {
    try {
      store.audit(call, object, result)
    } catch (error) {
      log.error('a refusal or failure could not be recorded', { action: call.action, object, result, error })
    }
  }
  const http = createHttpMetrics()
  // A browser sends cookies to every port of a host: one workstation must not end the session of another.
  const sessionCookie = createSessionCookie(
    `slipway-session-${createHash('sha256').update(paths.dataDir).digest('hex').slice(0, 8)}`,
  )
  return createGateway({
    mounts: [
      ...methodMounts({ router: createRouter(handlers), audit: recordRefusal, sessionCookie, log }),
      openAiMount({ engines, nowMs: clock.nowMs }),
      ...statusMounts({ version }),
      metricsMount(() => [...metrics(), ...http.families()]),
      workstationMount(fromRoot('build/renderer')),
    ],
    callerOfKey: identity.callerOfKey,
    callerOfSession: identity.callerOfSession,
    isSessionLive: identity.isSessionLive,
    startSession: identity.startSession,
    sessionCookie,
    refused: (caller, path, error) =>
      recordRefusal({ ...systemCall('gateway.refuse'), ...(caller && { caller }) }, path.slice(0, 300), error.code),
    answered: http.answered,
    clock,
    log,
  })
}
