import { realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { ModelVersion, ModelVersionId, models } from '../../contract/models.ts'
import type { Clock } from '../../platform/clock.ts'
import { linkLineage } from '../../platform/db/lineage.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import { assertNotRoot } from '../../platform/user-path.ts'
import type { Inspection } from './inspection.ts'
import type { ModelsPort } from './port.ts'
import type { ModelReaders } from './reading/readers.ts'
import { pickleRefusal } from './refuse-pickle.ts'
import { findModel, findVersionByPath, insertModel, insertVersion, setLabels } from './repo.ts'
import type { Verification } from './verification.ts'
import { versionOf } from './versions.ts'

/** What a version begins with. */
export type NewModel = {
  /** Known beforehand for a conversion. */
  readonly id?: ModelVersionId
  readonly description: string
  readonly labels: readonly string[]
  readonly state: ModelVersion['state']
  readonly source: ModelVersion['source']
  readonly path: string
  readonly inspection: Inspection
}

export type Registration = {
  /** Adds the next version of the model of that name, which begins with it where there is none. */
  readonly insert: (tx: Tx, name: string, made: NewModel) => ModelVersionId
  readonly import: Handlers<typeof models>['import']
  readonly register: ModelsPort['register']
}

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly inspect: ModelReaders['inspect']
  readonly verification: Pick<Verification, 'start'>
  /** Brings the model's row in lists up to date. */
  readonly refresh: (tx: Tx, modelId: string) => void
}

/** How models come into the library: from a path that somebody names, and from jobs that made them. */
export function createRegistration({ store, clock, inspect, verification, refresh }: Deps): Registration {
  const insert: Registration['insert'] = (tx, name, made) => {
    const nowMs = clock.nowMs()
    const known = findModel(tx, name)
    const modelId = known?.id ?? newId('mdl', nowMs)
    if (!known) insertModel(tx, { id: modelId, name, description: made.description, atMs: nowMs })
    if (!known || made.labels.length > 0) setLabels(tx, modelId, made.labels)
    const id = made.id ?? (newId('mdv', nowMs) as ModelVersionId)
    const { summary, files } = made.inspection
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
    insertVersion(tx, {
      id,
      modelId,
      state: made.state,
      source: made.source,
      path: made.path,
      sizeBytes,
      summary,
      files,
      atMs: nowMs,
    })
    refresh(tx, modelId)
    tx.announce({ topic: 'models', kind: 'created', id })
    return id
  }

  const importModel: Registration['import'] = async ({ path, name, copy, description, label }, call) => {
    const real = realPath(path)
    assertNotRoot(real, 'model')
    const inspection = await inspect(real, call.signal)
    if (inspection.summary.format === 'pickle') throw pickleRefusal(path, inspection.summary.containsCode)
    const known = findVersionByPath(store.read, real)
    if (known && !copy && (name === undefined || name === known.name)) {
      throw new AppError('conflict', `This is registered already as ${known.name} V${known.version}.`, {
        hint: `slipway models verify ${known.id} checks it again.`,
        details: { id: known.id },
      })
    }
    // With its job in one transaction: a version that says "verifying" while nothing verifies it would stay so for ever.
    const { id, job } = store.commit(call, real, tx => {
      const made = insert(tx, name ?? defaultName(real), {
        description,
        labels: label,
        state: 'verifying',
        source: copy ? 'copied' : 'registered',
        path: real,
        inspection,
      })
      return { id: made, job: verification.start(call, made, { mode: copy ? 'copy' : 'verify' }) }
    })
    return { ...versionOf(store.read, id), jobId: job.id }
  }

  const register: Registration['register'] = async (call, { name, path, source, lineage }, also) => {
    const inspection = await inspect(path)
    const id = store.commit(call, path, tx => {
      const made = insert(tx, name, { description: '', labels: [], state: 'ready', source, path, inspection })
      for (const edge of lineage) linkLineage(tx, { ...edge, childId: made, childKind: 'model', childName: name })
      also(tx, made)
      verification.start(call, made, { mode: 'verify' })
      return made
    })
    return { id, name }
  }

  return { insert, import: importModel, register }
}

const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ELOOP')
      throw new AppError('invalid_input', `${path} is a loop of symbolic links.`, {
        cause: error,
        hint: 'Give the real folder.',
      })
    if (code === 'EACCES')
      throw new AppError('forbidden', `${path} may not be read.`, {
        cause: error,
        hint: 'Give yourself read permission.',
      })
    throw new AppError('not_found', `${path} is not there.`, {
      cause: error,
      hint: 'Check the path; relative paths count from where you are.',
    })
  }
}

const defaultName = (path: string): string => basename(path).replace(/\.gguf$/i, '')
