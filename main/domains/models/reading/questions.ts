import type { Found } from '../find.ts'
import type { Tensor } from '../formats/facts.ts'
import type { Inspection } from '../inspection.ts'
import type { KnownStore } from '../scan/known-stores.ts'

/** What the threads that read models are asked. */
export type ReadingQuestions = {
  readonly inspect: (path: string) => Inspection
  readonly tensors: (path: string) => readonly Tensor[]
  readonly find: (places: readonly (string | KnownStore)[]) => Found
}
