import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import { maxFacetValues, type Precision } from '../../contract/model-lists.ts'
import type { ModelVersion, models } from '../../contract/models.ts'
import type { Device } from '../../contract/resources.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import { describeWith, listingRevision, type ServingBytes, type ServingKind } from './listing/describe.ts'
import { countFacets, inOrder } from './listing/facets.ts'
import { createRemembered } from './listing/remember.ts'
import {
  combinationsOf,
  countModels,
  labelCounts,
  listModels,
  modelsListedBefore,
  refreshModel,
} from './listing-repo.ts'

export type ListDeps = {
  readonly store: Store
  readonly servingBytes: ServingBytes
  /** What this machine could serve on: the CPU first. */
  readonly devices: () => readonly Device[]
  readonly version: (ref: string) => ModelVersion
}

export type Lists = {
  readonly handlers: Pick<Handlers<typeof models>, 'list' | 'facets' | 'fit'>
  /** Ends every write to a model or its versions, inside its transaction: lists show it from then on. */
  readonly refresh: (tx: Tx, modelId: string) => void
  readonly start: () => void
  readonly close: () => void
}

/** Small enough that a request in between waits a few milliseconds only. */
const refreshedAtOnce = 50

/** Lists of models: pages under every sort, counts per facet, and what fits this machine. */
export function createLists({ store, servingBytes, devices, version }: ListDeps): Lists {
  let isClosed = false
  const remembered = createRemembered()

  const describe = describeWith(servingBytes)

  const refresh = (tx: Tx, modelId: string): void => {
    refreshModel(tx, modelId, describe)
    remembered.forget()
  }

  const deviceOf = (wanted: string): Device => {
    const all = devices()
    const roomiest = [...all].sort(
      (a, b) => Number(b.kind === 'gpu') - Number(a.kind === 'gpu') || b.totalBytes - a.totalBytes,
    )[0]
    const found = wanted === 'auto' ? roomiest : all.find(device => device.id === wanted)
    if (found) return found
    throw new AppError('missing_requirement', `This machine has no device ${wanted}.`, {
      hint: `It has: ${all.map(device => device.id).join(', ')}.`,
    })
  }

  const handlers: Lists['handlers'] = {
    list: async ({ limit, cursor, offset, sort, order, device, ...chosen }) => {
      const filter = { ...chosen, device: servingOn(deviceOf(device)) }
      const {
        items,
        nextCursor,
        total: counted,
      } = listModels(store.read, filter, { limit, cursor, offset, sort, order })
      const total = remembered.get(['total', filter], () => counted ?? countModels(store.read, filter))
      return { items, total, ...(nextCursor !== undefined && { nextCursor }) }
    },

    facets: async ({ device: wanted, ...chosen }) => {
      const device = deviceOf(wanted)
      const filter = { ...chosen, device: servingOn(device) }
      const { q, label } = filter
      const combinations = remembered.get(['combinations', q, label, filter.device], () =>
        combinationsOf(store.read, filter),
      )
      const { total, counts } = countFacets(combinations, chosen)
      const labels = remembered.get(['labels', { ...filter, label: [] }], () =>
        labelCounts(store.read, filter, maxFacetValues),
      )
      return {
        total,
        device: { id: device.id, name: device.name, totalBytes: device.totalBytes },
        ...counts,
        label: inOrder('label', new Map(labels.map(({ value, count }) => [value, count])), chosen.label),
      }
    },

    fit: async ({ id, precision, contextLength, parallel }) => {
      const all = devices()
      return {
        devices: all.map(({ id: deviceId, kind, name, totalBytes, freeBytes }) => ({
          id: deviceId,
          kind,
          name,
          totalBytes,
          freeBytes,
        })),
        items: id.map(ref => fitOf(ref, all, { precision, contextLength, parallel })),
      }
    },
  }

  const fitOf = (
    ref: string,
    all: readonly Device[],
    settings: { precision: Precision; contextLength: number | undefined; parallel: number },
  ) => {
    let found: ModelVersion
    try {
      found = version(ref)
    } catch (error) {
      // One model that has just been removed must not hide what is known of the others.
      if (error instanceof AppError && error.code === 'not_found')
        return { id: ref, reason: error.message, devices: [] }
      throw error
    }
    const sizes = all.map(device => ({
      device,
      bytes: servingBytes(found, { ...settings, kind: servingKindOf(device) }),
    }))
    if (sizes.some(({ bytes }) => bytes === undefined)) return { id: ref, reason: whyUnknown(found), devices: [] }
    return {
      id: ref,
      devices: sizes.map(({ device, bytes: totalBytes = 0 }) => ({
        id: device.id,
        totalBytes,
        verdict: verdictOf(totalBytes, device.totalBytes),
        fitsNow: totalBytes <= device.freeBytes,
      })),
    }
  }

  /** Lists again what an older reckoning listed: a few models between two requests, until none is left. */
  const renew = (): void => {
    if (isClosed) return
    const count = store.record(tx => {
      const stale = modelsListedBefore(tx, listingRevision, refreshedAtOnce)
      for (const id of stale) refresh(tx, id)
      if (stale.length < refreshedAtOnce && stale.length > 0) tx.announce({ topic: 'models', kind: 'changed' })
      return stale.length
    })
    if (count > 0) setImmediate(renew)
  }

  return {
    handlers,
    refresh,
    start: () => void setImmediate(renew),
    close: () => {
      isClosed = true
    },
  }
}

const servingKindOf = ({ kind }: Device): ServingKind => (kind === 'gpu' ? 'cuda' : 'cpu')
const servingOn = (device: Device) => ({ kind: servingKindOf(device), totalBytes: device.totalBytes })

const verdictOf = (bytes: number, deviceBytes: number): 'fits' | 'tight' | 'too_large' =>
  bytes <= 0.9 * deviceBytes ? 'fits' : bytes <= deviceBytes ? 'tight' : 'too_large'

const whyUnknown = ({ name, summary }: ModelVersion): string =>
  summary.format === 'adapter'
    ? `${name} is an adapter: it is served with its base model.`
    : summary.format === 'gguf' || summary.format === 'safetensors'
      ? `The headers of ${name} contradict themselves.`
      : `Nothing here serves the format ${summary.format}.`
