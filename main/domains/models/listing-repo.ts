import { type FitClass, unsaid } from '../../contract/model-lists.ts'
import { type ListedModel, ModelSummary as Summary } from '../../contract/models.ts'
import { keysetOf, type PageRequest, type SortColumn } from '../../platform/db/keyset.ts'
import { allOf, among, type Part } from '../../platform/db/list-page.ts'
import { nameKeyOf } from '../../platform/db/name-key.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import { type Describe, listingRevision, type ServingKind, sizeClassOf } from './listing/describe.ts'
import type { Combination, CombinedFacet } from './listing/facets.ts'
import { labelsOf, toVersion, VERSION_COLUMNS, type VersionRow } from './repo.ts'

/** The SQL of lists: pages, counts, facets, and the columns of `models` that make them fast. */

export type ModelFilter = Readonly<Record<CombinedFacet, readonly string[]>> & {
  readonly q?: string | undefined
  readonly label: readonly string[]
  readonly fit: readonly FitClass[]
  /** The device that memory and `fit` are told for, with what it holds when it is empty. */
  readonly device: { readonly kind: ServingKind; readonly totalBytes: number }
}

const facetColumns: Readonly<Record<CombinedFacet, string>> = {
  task: 'm.newest_task',
  format: 'm.newest_format',
  size: 'm.newest_size_class',
  license: 'm.newest_license',
  architecture: 'm.newest_architecture',
  state: 'm.newest_state',
}

/** The memory that serving takes, by the kind of device; below 0 where nothing can be said of it. */
const servingColumns = {
  cpu: { stored: 'm.serving_cpu_bytes', at4Bits: 'm.serving_cpu_4bit_bytes', index: 'models_by_cpu_memory' },
  cuda: { stored: 'm.serving_bytes', at4Bits: 'm.serving_4bit_bytes', index: 'models_by_memory' },
} as const satisfies Record<ServingKind, unknown>

const fitSql = (kind: ServingKind): Readonly<Record<FitClass, string>> => {
  const { stored, at4Bits } = servingColumns[kind]
  return {
    fits: `${stored} BETWEEN 0 AND ?`,
    fits_at_4_bits: `(${stored} > ? AND ${at4Bits} BETWEEN 0 AND ?)`,
    too_large: `(${stored} > ? AND NOT ${at4Bits} BETWEEN 0 AND ?)`,
    unknown: `${stored} < 0`,
  }
}
const fitPart = (fit: FitClass, { kind, totalBytes }: ModelFilter['device']): Part => {
  const sql = fitSql(kind)[fit]
  return { sql, values: Array.from({ length: sql.split('?').length - 1 }, () => totalBytes) }
}

const listed: Part = { sql: 'm.is_listed = 1', values: [] }

const phrase = (word: string): string => `"${word.replaceAll('"', '""')}"`
const isLong = (word: string): boolean => [...word].length >= 3
const isDigest = (word: string): boolean => /^[0-9a-f]{8,64}$/i.test(word)

const textPart = (words: readonly string[]): Part => ({
  sql: 'm.row IN (SELECT rowid FROM models_search WHERE models_search MATCH ?)',
  values: [words.map(phrase).join(' ')],
})
// The trigram index needs three letters; shorter words, and those are many in Chinese, are looked for in names.
const namePart = (word: string): Part => ({
  sql: "m.row IN (SELECT row FROM models WHERE is_listed = 1 AND name LIKE ? ESCAPE '\\')",
  values: [`%${word.replaceAll(/[\\%_]/g, char => `\\${char}`)}%`],
})
const digestPart = (word: string): Part => {
  const text = textPart([word])
  const digest = word.toLowerCase()
  return {
    sql: `(${text.sql} OR m.newest_version_id IN (SELECT version_id FROM model_files WHERE sha256 >= ? AND sha256 < ?))`,
    values: [...text.values, digest, `${digest}g`], // g comes after f
  }
}

const maxWords = 10
function searchParts(q: string | undefined): Part[] {
  const words = (q ?? '').split(/\s+/).filter(Boolean).slice(0, maxWords)
  const texts = words.filter(word => isLong(word) && !isDigest(word))
  return [
    ...(texts.length > 0 ? [textPart(texts)] : []),
    ...words.filter(isDigest).map(digestPart),
    ...words.filter(word => !isLong(word)).map(namePart),
  ]
}

const labelPart = (labels: readonly string[]): Part[] =>
  labels.length === 0
    ? []
    : [
        {
          sql: 'm.row IN (SELECT row FROM model_listed_labels WHERE label IN (SELECT value FROM json_each(?)))',
          values: [JSON.stringify(labels)],
        },
      ]

// Each part is there only when its filter is given, so that SQLite can choose the index that fits.
const factParts = (filter: ModelFilter): Part[] => [
  ...Object.entries(facetColumns).flatMap(([facet, column]) => among(column, filter[facet as CombinedFacet])),
  ...(filter.fit.length === 0 ? [] : [anyFit(filter)]),
]
const anyFit = ({ fit, device }: ModelFilter): Part => {
  const parts = fit.map(each => fitPart(each, device))
  return { sql: `(${parts.map(part => part.sql).join(' OR ')})`, values: parts.flatMap(part => part.values) }
}

const whereOf = (filter: ModelFilter): Part =>
  allOf([listed, ...factParts(filter), ...labelPart(filter.label), ...searchParts(filter.q)])

/** What lists can be sorted by, each with the index that holds it and every fact; `memory` is one for each kind. */
const sorts = {
  name: { sql: 'm.name_key', index: 'models_by_name' },
  created: { sql: 'm.created_at_ms', index: 'models_by_age' },
  updated: { sql: 'm.newest_at_ms', index: 'models_by_change' },
  size: { sql: 'm.newest_size_bytes', index: 'models_by_size' },
  parameters: { sql: 'm.newest_parameters', index: 'models_by_parameters' },
} as const satisfies Record<string, SortColumn & { index: string }>
export type ModelSort = keyof typeof sorts | 'memory'

type ListedRow = VersionRow & {
  sort_value: string | number
  task: string
  labels: string | null
  serving_bytes: number
  serving_4bit_bytes: number
  made_by: string | null
  total: number | null
}

const toListed = (row: ListedRow): ListedModel => ({
  ...toVersion(row),
  task: (row.task || 'other') as ListedModel['task'], // empty only until an older listing is renewed
  labels: row.labels === null ? [] : (JSON.parse(row.labels) as string[]),
  ...(row.serving_bytes >= 0 && { servingBytes: row.serving_bytes }),
  ...(row.serving_4bit_bytes >= 0 && { servingBytesAt4Bits: row.serving_4bit_bytes }),
  ...(row.made_by !== null && { madeBy: JSON.parse(row.made_by) as { id: string; name: string } }),
})

type ModelPage = {
  readonly items: ListedModel[]
  readonly nextCursor: string | undefined
  /** How many pass the filter, where that came with the page. */
  readonly total: number | undefined
}

/**
 * One page of models, each as its newest version. What is filtered by facts alone is read from the sort's own index,
 * however far the page lies; what is searched for is collected once, for the page and for its count. CROSS JOIN keeps
 * SQLite from starting with the table.
 */
export function listModels(
  db: ReadableDb,
  filter: ModelFilter,
  page: PageRequest & { readonly sort: ModelSort },
): ModelPage {
  const where = whereOf(filter)
  const serving = servingColumns[filter.device.kind]
  const { sql: column, index } = page.sort === 'memory' ? { ...serving, sql: serving.stored } : sorts[page.sort]
  const isSearch = (filter.q ?? '').trim() !== '' || filter.label.length > 0
  const keyset = keysetOf(page, { sql: isSearch ? 'sort_value' : column }, isSearch ? 'id' : 'm.id')
  const source = isSearch
    ? `WITH found AS MATERIALIZED (SELECT m.row, ${column} AS sort_value, m.id FROM models m WHERE ${where.sql})`
    : ''
  const chosen = isSearch
    ? `SELECT row, sort_value, id FROM found WHERE ${keyset.where}`
    : `SELECT m.row, ${column} AS sort_value, m.id FROM models m INDEXED BY ${index} WHERE ${where.sql} AND ${keyset.where}`
  const rows = db
    .prepare<unknown[], ListedRow>(
      `${source} SELECT ${VERSION_COLUMNS}, chosen.sort_value, m.newest_task AS task, ${serving.stored} AS serving_bytes, ${serving.at4Bits} AS serving_4bit_bytes,
         (SELECT json_group_array(label) FROM (SELECT label FROM model_labels WHERE model_id = m.id ORDER BY label)) AS labels,
         (SELECT json_object('id', parent_id, 'name', parent_name) FROM lineage WHERE child_id = v.id AND role IN ('run', 'source') ORDER BY role LIMIT 1) AS made_by,
         ${isSearch ? '(SELECT count(*) FROM found)' : 'NULL'} AS total
       FROM (${chosen} ORDER BY ${keyset.orderBy} LIMIT ? OFFSET ?) AS chosen
       CROSS JOIN models m ON m.row = chosen.row CROSS JOIN model_versions v ON v.id = m.newest_version_id
       ORDER BY chosen.sort_value ${keyset.direction}, chosen.id ${keyset.direction}`,
    )
    .all(...where.values, ...keyset.values, keyset.limit, keyset.offset)
  const last = rows.length === keyset.limit ? rows.at(-1) : undefined
  return {
    items: rows.map(toListed),
    nextCursor: last && keyset.cursorAfter(last.sort_value, last.model_id),
    total: rows[0]?.total ?? undefined,
  }
}

export function countModels(db: ReadableDb, filter: ModelFilter): number {
  const { sql, values } = whereOf(filter)
  return db.prepare<unknown[], { n: number }>(`SELECT count(*) AS n FROM models m WHERE ${sql}`).get(...values)?.n ?? 0
}

type CombinationRow = readonly [...facts: string[], total: number, fits: number, fits4: number, unknown: number]

/** Models grouped by all their facts, under the filters that no facet counts: words and labels. Read from one index in its order. */
export function combinationsOf(db: ReadableDb, filter: ModelFilter): Combination[] {
  const where = allOf([listed, ...labelPart(filter.label), ...searchParts(filter.q)])
  const facets = Object.keys(facetColumns) as CombinedFacet[]
  const { kind, totalBytes } = filter.device
  const fit = fitSql(kind)
  const columns = Object.values(facetColumns).join(', ')
  return db
    .prepare<unknown[], CombinationRow>(
      `SELECT ${columns}, count(*), sum(${fit.fits}), sum(${fit.fits_at_4_bits}), sum(${fit.unknown})
       FROM models m WHERE ${where.sql} GROUP BY ${columns}`,
    )
    .raw()
    .all(totalBytes, totalBytes, totalBytes, ...where.values)
    .map(row => {
      const [total, fits, fits4, unknown] = row.slice(facets.length) as [number, number, number, number] // counted by SQLite
      const facts = Object.fromEntries(facets.map((facet, i) => [facet, row[i]])) as Record<CombinedFacet, string>
      return { ...facts, fits: { fits, fits_at_4_bits: fits4, unknown, too_large: total - fits - fits4 - unknown } }
    })
}

/** How many models have each label, under every other filter. */
export function labelCounts(db: ReadableDb, filter: ModelFilter, limit: number): { value: string; count: number }[] {
  const parts = [...factParts(filter), ...searchParts(filter.q)]
  const where = allOf(parts.length === 0 ? [] : [listed, ...parts])
  const source = parts.length === 0 ? '' : 'JOIN models m ON m.row = l.row'
  return db
    .prepare<unknown[], { value: string; count: number }>(
      `SELECT l.label AS value, count(*) AS count FROM model_listed_labels l ${source}
       WHERE ${where.sql} GROUP BY l.label ORDER BY count DESC, l.label LIMIT ?`,
    )
    .all(...where.values, limit)
}

/**
 * Brings a model's own row (its newest version, the columns that lists filter and sort by) and its search text up to
 * date. Every write to a model or its versions ends with this, in the same transaction.
 */
export function refreshModel(db: WritableDb, modelId: string, describe: Describe): void {
  const found = db
    .prepare<[string], NewestRow>(
      `SELECT m.row, m.name, m.description, v.id AS versionId, v.format, v.state, v.size_bytes AS sizeBytes, v.summary,
         max(m.updated_at_ms, coalesce(v.updated_at_ms, 0)) AS atMs
       FROM models m LEFT JOIN model_versions v ON v.model_id = m.id AND v.removed_at_ms IS NULL
       WHERE m.id = ? ORDER BY v.version DESC LIMIT 1`,
    )
    .get(modelId)
  if (!found) return
  const summary = found.summary === null ? undefined : Summary.parse(JSON.parse(found.summary))
  const sizeBytes = found.sizeBytes ?? 0
  const listing = summary && describe({ summary, sizeBytes })
  db.prepare(
    `UPDATE models SET newest_version_id = ?, is_listed = ?, newest_format = ?, newest_state = ?, name_key = ?, newest_at_ms = ?, newest_size_bytes = ?,
       newest_size_class = ?, newest_parameters = ?, newest_license = ?, newest_task = ?, newest_architecture = ?, serving_bytes = ?,
       serving_4bit_bytes = ?, serving_cpu_bytes = ?, serving_cpu_4bit_bytes = ?, listing_revision = ? WHERE row = ?`,
  ).run(
    found.versionId,
    found.versionId === null ? 0 : 1,
    found.format,
    found.state,
    nameKeyOf(found.name),
    found.atMs,
    sizeBytes,
    sizeClassOf(sizeBytes),
    summary?.parameterCount ?? -1,
    summary?.license ?? unsaid,
    listing?.task ?? '',
    summary?.architecture ?? unsaid,
    listing?.serving.cuda.stored ?? -1,
    listing?.serving.cuda.at4Bits ?? -1,
    listing?.serving.cpu.stored ?? -1,
    listing?.serving.cpu.at4Bits ?? -1,
    listingRevision,
    found.row,
  )
  const labels = labelsOf(db, modelId)
  db.prepare('DELETE FROM model_listed_labels WHERE row = ?').run(found.row)
  if (summary) for (const label of labels) insertLabel(db, label, found.row)
  const text = [found.name, found.description, ...labels, summary?.architecture, summary?.quantization, summary?.format]
    .filter(Boolean)
    .join('\n')
  db.prepare('DELETE FROM models_search WHERE rowid = ?').run(found.row)
  if (summary) db.prepare('INSERT INTO models_search (rowid, text) VALUES (?, ?)').run(found.row, text)
}

const insertLabel = (db: WritableDb, label: string, row: number): void =>
  void db.prepare('INSERT INTO model_listed_labels (label, row) VALUES (?, ?)').run(label, row)

type NewestRow = {
  readonly row: number
  readonly name: string
  readonly description: string
  readonly versionId: string | null
  readonly format: string | null
  readonly state: string | null
  readonly sizeBytes: number | null
  readonly summary: string | null
  readonly atMs: number
}

/** Models that an older reckoning listed, a few at a time. */
export const modelsListedBefore = (db: ReadableDb, revision: number, limit: number): string[] =>
  db
    .prepare<[number, number], { id: string }>('SELECT id FROM models WHERE listing_revision < ? LIMIT ?')
    .all(revision, limit)
    .map(row => row.id)
