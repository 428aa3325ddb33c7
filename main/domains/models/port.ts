import type { Call } from '../../contract/call.ts'
import type { ModelVersion, ModelVersionId } from '../../contract/models.ts'
import type { BytesKeeper } from '../../platform/blobs/collector.ts'
import type { LineageEdge } from '../../platform/db/lineage.ts'
import type { ReadableDb, Tx } from '../../platform/db/types.ts'
import type { Removed } from '../../platform/retention.ts'
import type { StoredModelFile } from './stored-files.ts'

/** What other domains need of models; compose.ts passes it. */
export type ModelsPort = {
  /**
   * A version by id, `name`, `name@2` or `name@alias` that is ready to be read. Throws `not_found`, and `conflict` while
   * it is being verified or when its files are not as recorded.
   */
  readonly readyVersion: (ref: string) => ModelVersion
  /** Whether a model is called that; a new one of the name would be its next version. */
  readonly isName: (name: string) => boolean
  /** What models keep in the data directory, and whether one lies at or below a path. */
  readonly kept: BytesKeeper & { readonly isPathUsed: (db: ReadableDb, path: string) => boolean }
  /** The files that models keep in the data directory, and which of them were removed and can be taken back. */
  readonly storedFiles: () => readonly StoredModelFile[]
  readonly removedSince: (sinceMs: number) => readonly Removed[]
  /** How a version is called and what state it is in; undefined once it is removed. */
  readonly now: (id: string) => { readonly name: string; readonly state: string } | undefined
  /** The base that an adapter was trained on here, from its lineage. */
  readonly baseOf: (id: ModelVersionId) => ModelVersion | undefined
  /**
   * Registers what a job made, with its lineage; `also` joins the transaction. The version is ready at once (its bytes
   * were just written by us); a job of its own adds their SHA-256.
   */
  readonly register: (
    call: Call,
    made: MadeModel,
    also: (tx: Tx, id: ModelVersionId) => void,
  ) => Promise<{ id: ModelVersionId; name: string }>
}

export type MadeModel = {
  readonly name: string
  readonly path: string
  readonly source: 'trained' | 'converted'
  readonly lineage: readonly Omit<LineageEdge, 'childId' | 'childKind' | 'childName'>[]
}
