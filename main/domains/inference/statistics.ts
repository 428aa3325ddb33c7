import type { EngineClient } from '../../contract/engine.ts'
import { toAppError } from '../../contract/errors.ts'
import type { DeploymentStats, Distribution } from '../../contract/inference.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import { deleteMinutesBefore, findDeployment, findMinute, type MinuteRecord, minutesOf, putMinute } from './repo.ts'
import { createRequestTotals, type Totals } from './request-totals.ts'

type Deps = { readonly store: Store; readonly clock: Clock }

export type Statistics = {
  /** The same client, counted: requests, errors by code, tokens, time to the first token and to the last. */
  readonly counted: (deploymentId: string, client: EngineClient) => EngineClient
  readonly of: (deploymentId: string, minutes: number) => DeploymentStats
  /** Everything since the backend started. */
  readonly totalsOf: (deploymentId: string) => Totals
  /** Writes what is still in memory, and stops counting. */
  readonly close: () => void
}

const samplesKept = 1_000
const minuteMs = 60_000
const keptMs = 30 * 24 * 60 * minuteMs

type Counter = { minute: MinuteRecord; readonly ttftMs: number[]; readonly latencyMs: number[]; next: number }

const emptyMinute = (nowMs: number): MinuteRecord => ({
  minuteMs: nowMs - (nowMs % minuteMs),
  requests: 0,
  errors: {},
  promptTokens: 0,
  completionTokens: 0,
  ttftMsSum: 0,
  ttftCount: 0,
  latencyMsSum: 0,
  latencyCount: 0,
})

/** Counts in memory, so that a request costs no write, and keeps one row per minute and deployment. */
export function createStatistics({ store, clock }: Deps): Statistics {
  const counters = new Map<string, Counter>()
  const totals = createRequestTotals()

  const save = (deploymentId: string, { minute }: Counter) => {
    if (minute.requests === 0) return
    store.record(tx => {
      // A deployment may have been removed while its last request ran.
      if (!findDeployment(tx, deploymentId)) return
      const earlier = findMinute(tx, deploymentId, minute.minuteMs)
      putMinute(tx, deploymentId, earlier ? added(earlier, minute) : minute)
      deleteMinutesBefore(tx, minute.minuteMs - keptMs)
    })
  }

  const counterOf = (deploymentId: string): Counter => {
    const nowMs = clock.nowMs()
    const counter = counters.get(deploymentId) ?? { minute: emptyMinute(nowMs), ttftMs: [], latencyMs: [], next: 0 }
    counters.set(deploymentId, counter)
    if (nowMs - counter.minute.minuteMs >= minuteMs || nowMs < counter.minute.minuteMs) {
      save(deploymentId, counter)
      counter.minute = emptyMinute(nowMs)
    }
    return counter
  }

  const flush = () => {
    for (const [deploymentId, counter] of counters) {
      save(deploymentId, counter)
      counter.minute = emptyMinute(clock.nowMs())
    }
  }
  const timer = setInterval(flush, minuteMs)
  timer.unref()

  const record = (deploymentId: string, request: Partial<MinuteRecord>, ttftMs?: number, latencyMs?: number) => {
    const { promptTokens = 0, completionTokens = 0, errors = {} } = request
    totals.add(deploymentId, { promptTokens, completionTokens, errors, ttftMs, latencyMs })
    const counter = counterOf(deploymentId)
    counter.minute = added(counter.minute, {
      ...emptyMinute(counter.minute.minuteMs),
      ...request,
      requests: 1,
      ...(ttftMs !== undefined && { ttftMsSum: ttftMs, ttftCount: 1 }),
      ...(latencyMs !== undefined && { latencyMsSum: latencyMs, latencyCount: 1 }),
    })
    if (latencyMs === undefined) return
    const at = counter.next % samplesKept
    counter.next += 1
    counter.latencyMs[at] = latencyMs
    if (ttftMs !== undefined) counter.ttftMs[at] = ttftMs
  }

  return {
    counted: (deploymentId, client) => ({
      ...client,
      generate: async (request, { signal, onPrompt, onTokens }) => {
        const beganMs = clock.monotonicMs()
        let firstMs: number | undefined
        let promptTokens = 0
        let completionTokens = 0
        const tokens = () => ({ promptTokens, completionTokens })
        try {
          const done = await client.generate(request, {
            ...(signal && { signal }),
            onPrompt: prompt => {
              promptTokens = prompt.count
              onPrompt?.(prompt)
            },
            onTokens: pieces => {
              firstMs ??= clock.monotonicMs()
              completionTokens += pieces.length
              onTokens(pieces)
            },
          })
          const ttftMs = firstMs === undefined ? undefined : firstMs - beganMs
          record(deploymentId, tokens(), ttftMs, clock.monotonicMs() - beganMs)
          return done
        } catch (error) {
          const { code } = toAppError(error)
          // A stop string or a client that had enough ends a request early; that is no error of the deployment.
          record(deploymentId, { ...tokens(), errors: code === 'cancelled' ? {} : { [code]: 1 } })
          throw error
        }
      },
      embed: async (request, signal) => {
        const beganMs = clock.monotonicMs()
        try {
          const answer = await client.embed(request, signal)
          const promptTokens = answer.tokens.reduce((sum, count) => sum + count, 0)
          record(deploymentId, { promptTokens }, undefined, clock.monotonicMs() - beganMs)
          return answer
        } catch (error) {
          record(deploymentId, { errors: { [toAppError(error).code]: 1 } })
          throw error
        }
      },
    }),
    of: (deploymentId, minutes) => {
      const counter = counterOf(deploymentId)
      const stored = minutesOf(store.read, deploymentId)
      const [newest, ...older] = stored
      const now = counter.minute
      const all =
        now.requests === 0
          ? stored
          : newest?.minuteMs === now.minuteMs
            ? [added(newest, now), ...older]
            : [now, ...stored]
      const total = all.reduce(added, emptyMinute(0))
      const ttftMs = distributionOf(counter.ttftMs)
      const latencyMs = distributionOf(counter.latencyMs)
      return {
        total: {
          requests: total.requests,
          errors: { ...total.errors },
          promptTokens: total.promptTokens,
          completionTokens: total.completionTokens,
        },
        ...(ttftMs && { ttftMs }),
        ...(latencyMs && { latencyMs }),
        minutes: all.slice(0, minutes).map(minute => ({
          at: isoOf(minute.minuteMs),
          requests: minute.requests,
          errors: { ...minute.errors },
          promptTokens: minute.promptTokens,
          completionTokens: minute.completionTokens,
          ttftMs: minute.ttftCount === 0 ? null : minute.ttftMsSum / minute.ttftCount,
          latencyMs: minute.latencyCount === 0 ? null : minute.latencyMsSum / minute.latencyCount,
        })),
      }
    },
    totalsOf: totals.of,
    close: () => {
      clearInterval(timer)
      flush()
    },
  }
}

function added(a: MinuteRecord, b: MinuteRecord): MinuteRecord {
  const errors: Record<string, number> = { ...a.errors }
  for (const [code, count] of Object.entries(b.errors)) errors[code] = (errors[code] ?? 0) + count
  return {
    minuteMs: a.minuteMs,
    requests: a.requests + b.requests,
    errors,
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    ttftMsSum: a.ttftMsSum + b.ttftMsSum,
    ttftCount: a.ttftCount + b.ttftCount,
    latencyMsSum: a.latencyMsSum + b.latencyMsSum,
    latencyCount: a.latencyCount + b.latencyCount,
  }
}

/** Percentiles by the nearest rank: a value that was really measured. */
export function distributionOf(samples: readonly number[]): Distribution | undefined {
  const sorted = samples.filter(value => value !== undefined).toSorted((a, b) => a - b)
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  if (sorted.length === 0) return undefined
  return {
    count: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50: rank(0.5),
    p95: rank(0.95),
    p99: rank(0.99),
  }
}
