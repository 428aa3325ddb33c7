import type { Mount } from './gateway.ts'

/** Liveness for scripts and service managers. They tell nothing but that the backend answers. */
export function statusMounts({ version }: { version: string }): readonly Mount[] {
  const alive = () => Response.json({ status: 'ok', version })
  return [
    { prefix: '/healthz', policy: 'public', maxBodyBytes: 0, handle: alive },
    { prefix: '/readyz', policy: 'public', maxBodyBytes: 0, handle: alive },
  ]
}
