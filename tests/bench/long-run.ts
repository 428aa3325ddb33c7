import { insertMetric } from '../../main/domains/training/curve-repo.ts'
import { insertRun, updateRun } from '../../main/domains/training/repo.ts'
import { migrations } from '../../main/entry/migrations.ts'
import { systemClock } from '../../main/platform/clock.ts'
import { prepareDatabase } from '../../main/platform/db/prepare.ts'
import { createStore } from '../../main/platform/db/store.ts'
import { newId } from '../../main/platform/ids.ts'
import { silentLog } from '../../main/platform/log.ts'
import { pathsOf } from '../../main/platform/paths.ts'

/** Writes an ended run with so many points into a data directory, through the domain's own repo; returns its id. */
export function addLongRun(dataDir: string, points: number): string {
  const paths = pathsOf(dataDir, process.env)
  const db = prepareDatabase({ paths, migrations, nowIso: new Date().toISOString(), log: silentLog })
  const store = createStore({ db, clock: systemClock, bootId: 'bench', publish: () => undefined })
  const atMs = Date.now() - points * 1000
  const id = newId('run', atMs)
  store.record(tx => {
    insertRun(tx, {
      id,
      name: 'a-long-run',
      description: '',
      method: 'pretrain',
      model: { id: 'mdv_0', name: 'base' },
      datasets: [],
      parameters: {},
      config: {},
      warnings: [],
      memoryPlan: null,
      provenance: {
        seed: 42,
        environment: { name: 'training', lockHash: '' },
        code: { version: '0', workerSha256: '' },
        machine: { platform: '', cpu: '', cores: 2, memoryBytes: 0, device: 'cpu' },
      },
      atMs,
    })
    updateRun(tx, id, { state: 'done', step: points, totalSteps: points }, Date.now())
    for (let step = 1; step <= points; step += 1) {
      insertMetric(tx, id, {
        series: 'train',
        step,
        epoch: step / points,
        at: new Date(atMs + step * 1000).toISOString(),
        loss: 1.5 + 4 * Math.exp(-step / 9_000) + Math.sin(step * 12.9898) * 0.2,
        learningRate: 2e-4 * (1 - step / points),
        gradNorm: 0.6 + Math.sin(step) * 0.1,
        tokensPerSecond: 6_000,
      })
    }
  })
  db.close()
  return id
}
