import { type Deployment, deploymentStates } from '../../contract/inference.ts'
import type { Family } from '../../platform/metrics/exposition.ts'
import type { Totals } from './request-totals.ts'

/** Deployments and what was asked of them since the backend started, by the name under which clients know them. */
export function inferenceMetrics(
  deployments: readonly Pick<Deployment, 'id' | 'name' | 'state' | 'load'>[],
  totalsOf: (deploymentId: string) => Totals,
): readonly Family[] {
  const each = deployments.map(({ id, name, state, load }) => ({
    labels: { deployment: name },
    state,
    load,
    totals: totalsOf(id),
  }))
  const counter = (name: string, help: string, read: (totals: Totals) => number): Family => ({
    name: `slipway_inference_${name}_total`,
    help,
    type: 'counter',
    samples: each.map(({ labels, totals }) => ({ labels, value: read(totals) })),
  })
  const histogram = (name: string, help: string, of: 'ttftSeconds' | 'latencySeconds'): Family => ({
    name: `slipway_inference_${name}_seconds`,
    help,
    type: 'histogram',
    samples: each.map(({ labels, totals }) => ({ labels, counts: totals[of] })),
  })
  const ofLoad = (name: string, help: string, read: (load: NonNullable<Deployment['load']>) => number): Family => ({
    name: `slipway_inference_${name}`,
    help,
    type: 'gauge',
    samples: each.flatMap(({ labels, load }) => (load ? [{ labels, value: read(load) }] : [])),
  })
  return [
    {
      name: 'slipway_deployment_state',
      help: '1 for the state that a deployment is in, 0 for the others',
      type: 'gauge',
      samples: each.flatMap(({ labels, state }) =>
        deploymentStates.map(one => ({ labels: { ...labels, state: one }, value: one === state ? 1 : 0 })),
      ),
    },
    ofLoad('active_requests', 'Requests that the engine works on, by its last heartbeat', load => load.active),
    ofLoad('queued_requests', 'Requests that wait for the engine, by its last heartbeat', load => load.queued),
    counter('requests', 'Requests, whatever became of them', ({ requests }) => requests),
    counter('prompt_tokens', 'Tokens read', ({ promptTokens }) => promptTokens),
    counter('completion_tokens', 'Tokens written', ({ completionTokens }) => completionTokens),
    {
      name: 'slipway_inference_errors_total',
      help: 'Requests that failed, by error code; a client that left is no failure',
      type: 'counter',
      samples: each.flatMap(({ labels, totals }) =>
        Object.entries(totals.errors).map(([code, value]) => ({ labels: { ...labels, code }, value })),
      ),
    },
    histogram('time_to_first_token', 'From the request to its first token', 'ttftSeconds'),
    histogram('request_duration', 'From the request to the end of its answer', 'latencySeconds'),
  ]
}
