import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemCall } from '../../contract/call.ts'
import type { ModelState, ModelSummary } from '../../contract/models.ts'
import type { Device } from '../../contract/resources.ts'
import { systemClock } from '../../platform/clock.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { lineageMigration } from '../../platform/db/lineage.ts'
import { type Migration, migrate } from '../../platform/db/migrate.ts'
import { openDatabase } from '../../platform/db/open.ts'
import { createStore } from '../../platform/db/store.ts'
import { newId } from '../../platform/ids.ts'
import type { ServingBytes } from './listing/describe.ts'
import { createLists } from './lists.ts'
import { modelsMigrations } from './migrations.ts'
import { findModel, findVersion, insertModel, insertVersion, setLabels } from './repo.ts'

export const call = systemCall('test')
export const gib = 2 ** 30

export type Made = {
  readonly name: string
  readonly summary?: Partial<ModelSummary>
  readonly state?: ModelState
  readonly sizeBytes?: number
  readonly labels?: readonly string[]
  readonly sha256?: string
}

export const device = (id: string, totalBytes: number): Device => ({
  id,
  kind: id === 'cpu' ? 'cpu' : 'gpu',
  name: id,
  totalBytes,
  usedBytes: 0,
  oursBytes: null,
  othersBytes: null,
  leasedBytes: 0,
  freeBytes: totalBytes / 2,
  utilizationPercent: null,
  temperatureCelsius: null,
  powerWatts: null,
  powerLimitWatts: null,
})

/** Serving takes what the files take, half of it in 4 bits: a rule that a test can reckon with. */
export const simpleServing: ServingBytes = ({ summary, sizeBytes }, { precision }) =>
  summary.format === 'onnx' ? undefined : precision === 'stored' ? sizeBytes : Math.floor(sizeBytes / 2)

/** The lists of models over a real database, filled through the domain's own repo. */
export function openLibrary({
  devices = [device('cpu', 64 * gib), device('cuda:0', 24 * gib)],
  servingBytes = simpleServing,
  migrations = [auditMigration, lineageMigration, ...modelsMigrations] as readonly Migration[],
} = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'slipway models '))
  const db = openDatabase(join(dir, 'slipway.db'))
  migrate(db, migrations)
  const store = createStore({ db, clock: systemClock, bootId: 'test', publish: () => undefined })
  const lists = createLists({
    store,
    servingBytes,
    devices: () => devices,
    version: ref => {
      const model = findModel(store.read, ref)
      const found = findVersion(store.read, model?.newestVersionId ?? ref)
      if (!found) throw new Error(`no ${ref}`)
      return found
    },
  })
  let made = 0
  const add = ({ name, summary, state = 'ready', sizeBytes = gib, labels = [], sha256 }: Made) => {
    made += 1
    const atMs = 1_700_000_000_000 + made
    const modelId = newId('mdl', atMs)
    const id = newId('mdv', atMs)
    store.record(tx => {
      insertModel(tx, { id: modelId, name, description: '', atMs })
      setLabels(tx, modelId, labels)
      insertVersion(tx, {
        id,
        modelId,
        state,
        source: 'registered',
        path: `/models/${name}`,
        sizeBytes,
        files: [{ path: 'model.safetensors', sizeBytes }],
        atMs,
        summary: { format: 'safetensors', hasChatTemplate: false, containsCode: [], warnings: [], ...summary },
      })
      if (sha256) tx.prepare('UPDATE model_files SET sha256 = ? WHERE version_id = ?').run(sha256, id)
      lists.refresh(tx, modelId)
    })
    return { modelId, id }
  }
  return {
    db,
    store,
    lists,
    add,
    close: () => {
      lists.close()
      db.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
