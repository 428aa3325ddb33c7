import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TinyGguf, writeTinyGguf } from '../../contract/engine-tiny-gguf.ts'
import type { Workstation } from './workstation.ts'

/** Makes a small GGUF model with random weights and imports it: a real engine loads it in a second or two. */
export async function importTiny(
  { backend }: Pick<Workstation, 'backend'>,
  folder: string,
  name: string,
  model: TinyGguf = {},
): Promise<{ readonly id: string; readonly path: string }> {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${name}-${model.seed ?? 1}.gguf`)
  writeTinyGguf(path, model)
  const { jobId, id } = await backend.client.models.import({ path, name })
  await backend.client.jobs.wait({ id: jobId, timeoutMs: 30_000 })
  return { id, path }
}

/** Deployments outlive the backend: a test that starts some ends them before it goes. */
export async function stopDeployments({ backend }: Pick<Workstation, 'backend'>): Promise<void> {
  const { items } = await backend.client.inference.list({ limit: 100 })
  for (const { id, state } of items)
    if (!['stopped', 'failed', 'lost'].includes(state)) await backend.client.inference.stop({ id, wait: true })
}
