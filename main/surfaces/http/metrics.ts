import { exposition, expositionContentType, type Family } from '../../platform/metrics/exposition.ts'
import type { Mount } from './gateway.ts'

/** `GET /metrics`: everything that is counted, for Prometheus and its like. Needs a key with the scope `read`. */
export function metricsMount(collect: () => readonly Family[]): Mount {
  return {
    prefix: '/metrics',
    policy: 'read',
    maxBodyBytes: 0,
    handle: request =>
      request.method === 'GET' || request.method === 'HEAD'
        ? new Response(exposition(collect()), { headers: { 'content-type': expositionContentType } })
        : new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } }),
  }
}
