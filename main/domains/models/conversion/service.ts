import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Call } from '../../../contract/call.ts'
import type { Conversion, ConversionRecord, ConversionSource } from '../../../contract/conversion.ts'
import { AppError } from '../../../contract/errors.ts'
import type { Job } from '../../../contract/jobs.ts'
import type { Handlers } from '../../../contract/method.ts'
import type { ModelVersion, ModelVersionId, models } from '../../../contract/models.ts'
import type { Clock } from '../../../platform/clock.ts'
import { linkLineage } from '../../../platform/db/lineage.ts'
import type { Store, Tx } from '../../../platform/db/types.ts'
import { newId } from '../../../platform/ids.ts'
import type { JobsPort, WorkerEvent } from '../../../platform/processes/port.ts'
import { readableBytes } from '../../../platform/python/disk.ts'
import type { Inspection } from '../inspection.ts'
import { setFileVerified } from '../repo.ts'
import type { Card } from './card.ts'
import { type ConvertConfig, ConvertFinished } from './config.ts'
import { type ConversionPlan, planConversion } from './plan.ts'
import { assertConvertible, type Request } from './refusals.ts'
import {
  type ConversionRow,
  completeConversion,
  deleteConversion,
  findConversion,
  insertConversion,
  isVersion,
  openConversions,
} from './repo.ts'

const worker = fileURLToPath(new URL('../../../entry/convert-model.ts', import.meta.url))

/** What conversion needs from outside the models domain; compose.ts passes it. */
export type ConversionTools = {
  /** The interpreter of an environment. Throws `missing_requirement` naming the command that builds it. */
  readonly pythonFor: (environment: string) => {
    readonly python: string
    readonly env: Readonly<Record<string, string>>
  }
  /** Where llama.cpp's converter is unpacked. */
  readonly llamaCppDir: string
  /** Bytes free on the disk that holds a path. */
  readonly freeBytes: (path: string) => number
}

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly jobs: JobsPort
  readonly tools: ConversionTools
  /** Holds one folder for each model that Slipway keeps itself. */
  readonly modelsDir: string
  readonly readyVersion: (ref: string) => ModelVersion
  readonly baseOf: (id: ModelVersionId) => ModelVersion | undefined
  /** An export is a job of the same kind, of which this knows nothing. */
  readonly exportEnded: (job: Job) => void
  readonly insert: (tx: Tx, id: ModelVersionId, made: { name: string; path: string; inspection: Inspection }) => void
}

export type Conversions = {
  readonly convert: Handlers<typeof models>['convert']
  /** How a version was converted; undefined for any other. */
  readonly recordOf: (id: string) => ConversionRecord | undefined
  /** Whether a conversion that has not ended is making the version of this id. */
  readonly isOpen: (versionId: string) => boolean
  /** Conversions under way that read a version. */
  readonly usersOf: (id: string) => readonly string[]
  /** Removes what a backend left that died between the end of a conversion and its clearing up. Call once at the start. */
  readonly start: () => void
}

/** Conversion: a job makes a new model version from one or two others. Its id is known from the start, its row only at the end. */
export function createConversions(deps: Deps): Conversions {
  const { store, clock, jobs, tools, modelsDir, readyVersion, baseOf } = deps
  const targetOf = (id: string) => join(modelsDir, id)
  const partialOf = (id: string) => join(modelsDir, `${id}.partial`)

  const clear = (id: string): void => {
    rmSync(partialOf(id), { recursive: true, force: true })
    if (!isVersion(store.read, id)) rmSync(targetOf(id), { recursive: true, force: true })
  }

  const convert: Conversions['convert'] = async ({ id: ref, to, quantize, base: baseRef, name }, call) => {
    const model = readyVersion(ref)
    const request: Request = { to, quantize, model, base: baseFor(model, baseRef) }
    assertConvertible(request)
    assertConfigured(request.base ?? model)
    const id = newId('mdv', clock.nowMs()) as ModelVersionId
    const plan = planConversion(request, partialOf(id))
    assertRoom(plan)
    const newName = name ?? defaultName(request)
    const python = plan.environment === undefined ? undefined : tools.pythonFor(plan.environment)
    const config: ConvertConfig = {
      steps: [...plan.steps],
      partialDir: partialOf(id),
      resultDir: plan.resultDir,
      targetDir: targetOf(id),
      artifact: plan.artifact,
      ...(plan.artifact === '' && { card: cardOf(request, newName) }),
      ...(python && { python: { file: python.python, env: { ...python.env } } }),
      llamaCppDir: tools.llamaCppDir,
    }
    return start(call, id, { request, plan, config, name: newName })
  }

  const start = (
    call: Call,
    id: ModelVersionId,
    what: { request: Request; plan: ConversionPlan; config: ConvertConfig; name: string },
  ): Conversion => {
    const { request, plan, config, name } = what
    const sources = sourcesOf(request)
    const path = join(config.targetDir, config.artifact)
    const job = store.commit(call, id, tx => {
      const started = jobs.start(call, {
        kind: 'conversion',
        name: `convert ${request.model.name} to ${plan.type ?? request.to}`.slice(0, 300),
        subjectId: id,
        command: [process.execPath, worker, 'config.json'],
        files: { 'config.json': JSON.stringify(config) },
        devices: [{ device: 'cpu', memoryBytes: plan.memoryBytes, exclusive: false }],
        politeStopMs: 10_000,
      })
      insertConversion(
        tx,
        {
          versionId: id,
          jobId: started.id,
          name,
          to: request.to,
          type: plan.type ?? null,
          path,
          sources,
          facts: {},
          warnings: [],
        },
        clock.nowMs(),
      )
      return started
    })
    return {
      id,
      jobId: job.id,
      name,
      to: request.to,
      ...(plan.type && { type: plan.type }),
      sources,
      path,
      memoryBytes: plan.memoryBytes,
      diskBytes: plan.diskBytes,
    }
  }

  const baseFor = (model: ModelVersion, ref: string | undefined): ModelVersion | undefined => {
    const isAdapter = model.summary.format === 'adapter'
    if (ref === undefined) {
      const known = isAdapter ? baseOf(model.id) : undefined
      return known && readyVersion(known.id)
    }
    if (isAdapter) return readyVersion(ref)
    throw new AppError('invalid_input', `${model.name} is not an adapter: it has no base.`, {
      hint: 'Leave --base out.',
    })
  }

  const assertRoom = ({ diskBytes }: ConversionPlan): void => {
    mkdirSync(modelsDir, { recursive: true, mode: 0o700 })
    const free = tools.freeBytes(modelsDir)
    if (diskBytes <= free) return
    throw new AppError(
      'storage_full',
      `This conversion needs about ${readableBytes(diskBytes)}; ${readableBytes(free)} are free where models are kept.`,
      {
        hint: 'Free some space, or keep the data on a larger disk: SLIPWAY_DATA_DIR.',
        details: { diskBytes, freeBytes: free },
      },
    )
  }

  /** The version appears in the transaction that takes the child's last word: it is there exactly when that was heard. */
  const register = (tx: Tx, row: ConversionRow, { summary, files, facts, warnings }: ConvertFinished): void => {
    const id = row.versionId as ModelVersionId
    deps.insert(tx, id, { name: row.name, path: row.path, inspection: { summary, files } })
    for (const file of files) setFileVerified(tx, id, file, clock.nowMs())
    const child = { childId: id, childKind: 'model', childName: row.name }
    for (const source of row.sources)
      linkLineage(tx, {
        ...child,
        parentId: source.id,
        parentKind: 'model',
        parentName: source.name,
        role: source.role,
      })
    completeConversion(tx, id, { facts, warnings })
  }

  // Exports are jobs of the same kind, whose subject may itself be a converted version.
  const rowOf = (db: Parameters<typeof findConversion>[0], job: Job): ConversionRow | undefined => {
    const row = findConversion(db, job.subjectId)
    return row?.jobId === job.id ? row : undefined
  }

  jobs.handle('conversion', {
    restart: 'never',
    onEvent: (tx: Tx, job: Job, event: WorkerEvent) => {
      const row = event.event === 'finished' ? rowOf(tx, job) : undefined
      if (row && !isVersion(tx, row.versionId)) register(tx, row, ConvertFinished.parse(event))
    },
    onEnd: (tx, job) => {
      const row = rowOf(tx, job)
      if (!row) deps.exportEnded(job)
      if (!row || isVersion(tx, row.versionId)) return
      deleteConversion(tx, row.versionId)
      // Once the row is surely gone; if power goes before, the next start finds the folder.
      queueMicrotask(() => clear(row.versionId))
    },
  })

  return {
    convert,
    recordOf: id => {
      const row = findConversion(store.read, id)
      if (!row) return undefined
      const { to, type, jobId, facts, warnings } = row
      return { to, ...(type && { type }), jobId, facts, warnings }
    },
    isOpen: id => findConversion(store.read, id) !== undefined && !isVersion(store.read, id),
    usersOf: id =>
      openConversions(store.read)
        .filter(row => row.sources.some(source => source.id === id))
        .map(row => `conversion to ${row.name}`),
    start: () => {
      if (!existsSync(modelsDir)) return
      const open = new Set(openConversions(store.read).map(row => row.versionId))
      for (const entry of readdirSync(modelsDir)) {
        const id = /^(mdv_[0-9a-f]{32})(\.partial)?$/.exec(entry)?.[1]
        if (id !== undefined && !open.has(id)) clear(id)
      }
    },
  }
}

const sourcesOf = ({ model, base }: Request): ConversionSource[] =>
  base
    ? [
        { id: model.id, name: model.name, role: 'adapter' },
        { id: base.id, name: base.name, role: 'base' },
      ]
    : [{ id: model.id, name: model.name, role: 'source' }]

/** Weights alone do not say what they compute: transformers' `config.json` does. */
function assertConfigured({ name, path, summary }: ModelVersion): void {
  if (summary.format !== 'safetensors' || existsSync(join(path, 'config.json'))) return
  throw new AppError('missing_requirement', `${name} has weights, but no config.json beside them.`, {
    hint: 'Import the whole folder of the model, with config.json and its tokenizer.',
  })
}

const cardOf = ({ to, model, base }: Request, name: string): Card => {
  const { license } = (base ?? model).summary
  const origin = base
    ? `The adapter ${model.name} (version ${model.version}), merged into ${base.name} (version ${base.version})${to === 'onnx' ? ' and exported to ONNX in float32' : ''}.`
    : `${model.name} (version ${model.version}), exported to ONNX in float32.`
  return { weightsDir: (base ?? model).path, name, origin, ...(license !== undefined && { license }) }
}

const defaultName = ({ to, quantize, model }: Request): string =>
  `${model.name.slice(0, 250)}-${quantize?.toLowerCase() ?? to}`
