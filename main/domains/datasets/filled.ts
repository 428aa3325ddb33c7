import type { DatasetKind, DatasetVersion } from '../../contract/datasets.ts'

/** A version that has its rows. */
export type Filled = DatasetVersion & { readonly kind: DatasetKind; readonly state: 'draft' | 'frozen' }

/** How people call a version: `dialogues@2`. */
export const shown = (found: DatasetVersion): string => `${found.name}@${found.version}`
