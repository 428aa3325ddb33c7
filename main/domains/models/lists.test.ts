import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Inputs } from '../../contract/index.ts'
import { type FitClass, modelFacetNames } from '../../contract/model-lists.ts'
import { models } from '../../contract/models.ts'
import { inputOf } from '../../contract/test-input.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { lineageMigration, linkLineage } from '../../platform/db/lineage.ts'
import { migrate } from '../../platform/db/migrate.ts'
import { type ServingBytes, sizeClassOf, taskOf } from './listing/describe.ts'
import { modelsMigrations } from './migrations.ts'
import { setVersionRemoved, updateModel } from './repo.ts'
import { call, device, gib, type Made, openLibrary, simpleServing } from './test-library.ts'

type Library = ReturnType<typeof openLibrary>
let library: Library
beforeEach(() => {
  library = openLibrary()
})
afterEach(() => library.close())

type Asked = Inputs['models']['list']
const list = (input: Asked = {}) => library.lists.handlers.list(inputOf(models.list, input), call)
const facets = (input: Inputs['models']['facets'] = {}) =>
  library.lists.handlers.facets(inputOf(models.facets, input), call)
const namesOf = ({ items }: { readonly items: readonly { readonly name: string }[] }) => items.map(item => item.name)
const add = (...all: Made[]) => all.map(library.add)

async function everyPage(input: Asked, limit: number): Promise<string[]> {
  const names: string[] = []
  for (let cursor: string | undefined, pages = 0; pages < 100; pages += 1) {
    const page = await list({ ...input, limit, ...(cursor !== undefined && { cursor }) })
    names.push(...namesOf(page))
    cursor = page.nextCursor
    if (cursor === undefined) return names
  }
  throw new Error('the pages never end')
}

test('names are sorted as people sort them, without case and by the value of numbers', async () => {
  add({ name: 'run-10' }, { name: 'Run-2' }, { name: 'alpha' }, { name: '模型-1' }, { name: 'run-1' })
  expect(namesOf(await list({ sort: 'name' }))).toEqual(['alpha', 'run-1', 'Run-2', 'run-10', '模型-1'])
  expect(namesOf(await list({ sort: 'name', order: 'desc' }))).toEqual(['模型-1', 'run-10', 'Run-2', 'run-1', 'alpha'])
})

test('without a word the newest come first', async () => {
  add({ name: 'first' }, { name: 'second' }, { name: 'third' })
  expect(namesOf(await list())).toEqual(['third', 'second', 'first'])
})

test('a change moves a model to the front of the changed, a rename to its place among the names', async () => {
  const [first] = add({ name: 'b' }, { name: 'c' })
  library.store.record(tx => {
    updateModel(tx, first?.modelId ?? '', { name: 'd' }, 1_800_000_000_000)
    library.lists.refresh(tx, first?.modelId ?? '')
  })
  expect(namesOf(await list({ sort: 'updated' }))).toEqual(['d', 'c'])
  expect(namesOf(await list({ sort: 'name' }))).toEqual(['c', 'd'])
})

test('pages under every sort and order give each model once, in the order of one long list', async () => {
  for (let i = 0; i < 47; i += 1)
    add({
      name: `m-${(i * 31) % 47}`,
      sizeBytes: (1 + (i % 5)) * gib, // many models of one size: the id must decide
      summary: i % 7 === 0 ? {} : { parameterCount: (i % 4) * 1e9 },
    })
  for (const sort of ['name', 'created', 'updated', 'size', 'parameters', 'memory'] as const)
    for (const order of ['asc', 'desc'] as const) {
      const whole = namesOf(await list({ sort, order, limit: 1000 }))
      expect(whole).toHaveLength(47)
      expect(new Set(whole).size).toBe(47)
      expect(await everyPage({ sort, order }, 10), `${sort} ${order}`).toEqual(whole)
      expect(namesOf(await list({ sort, order, offset: 33, limit: 7 }))).toEqual(whole.slice(33, 40))
    }
})

test('a page that goes on while models come and go repeats none and skips none that stayed', async () => {
  for (let i = 0; i < 20; i += 1) add({ name: `m-${i}`, sizeBytes: i + 1 })
  const first = await list({ sort: 'size', limit: 10 })
  add({ name: 'newcomer', sizeBytes: 1000 })
  const gone = first.items[3]
  library.store.record(tx => {
    setVersionRemoved(tx, gone?.id ?? '', 1)
    library.lists.refresh(tx, gone?.modelId ?? '')
  })
  const second = await list({ sort: 'size', limit: 10, cursor: first.nextCursor })
  expect(namesOf(second)).toEqual(Array.from({ length: 10 }, (_, i) => `m-${9 - i}`))
})

test.each([
  ['of another sort', async () => (await list({ sort: 'name', limit: 1 })).nextCursor, { sort: 'size' }],
  ['of another order', async () => (await list({ sort: 'size', limit: 1 })).nextCursor, { sort: 'size', order: 'asc' }],
  ['that is none', async () => 'mdl_0123', {}],
  ['with foreign values', async () => Buffer.from('["created.desc",{},1]').toString('base64url'), {}],
] as [string, () => Promise<string | undefined>, Asked][])('a cursor %s is refused', async (_, cursor, input) => {
  add({ name: 'a' }, { name: 'b' })
  await expect(list({ ...input, cursor: await cursor() })).rejects.toMatchObject({ code: 'invalid_input' })
})

test('a page begins at a cursor or at an offset, not at both', async () => {
  add({ name: 'a' }, { name: 'b' })
  const { nextCursor } = await list({ limit: 1 })
  await expect(list({ cursor: nextCursor, offset: 1 })).rejects.toMatchObject({ code: 'invalid_input' })
})

test('one value may be given alone, several as a list', async () => {
  add({ name: 'a', summary: { format: 'gguf' } }, { name: 'b', summary: { format: 'onnx' } }, { name: 'c' })
  expect(namesOf(await list({ format: 'gguf' }))).toEqual(['a'])
  expect(namesOf(await list({ format: ['gguf', 'onnx'] }))).toEqual(['b', 'a'])
  expect(() => inputOf(models.list, { format: 'zip' as never })).toThrow()
})

test('words are found in names, labels and architectures, whatever their length', async () => {
  add(
    { name: 'Qwen3-4B', labels: ['客服机器人'] },
    { name: '客服-v2', summary: { architecture: 'LlamaForCausalLM' } },
    { name: '100%_sure' },
  )
  expect(namesOf(await list({ q: 'qwen' }))).toEqual(['Qwen3-4B'])
  expect(namesOf(await list({ q: '客服' }))).toEqual(['客服-v2'])
  expect(namesOf(await list({ q: '客服机器人' }))).toEqual(['Qwen3-4B'])
  expect(namesOf(await list({ q: 'v2' }))).toEqual(['客服-v2'])
  expect(namesOf(await list({ q: 'llama 客服' }))).toEqual(['客服-v2'])
  expect(namesOf(await list({ q: '%_' }))).toEqual(['100%_sure'])
  expect(namesOf(await list({ q: '"' }))).toEqual([])
})

test('the beginning of a SHA-256 finds the model that has the file', async () => {
  const sha256 = 'ab12'.repeat(16)
  add({ name: 'a', sha256 }, { name: 'b', sha256: 'cd34'.repeat(16) }, { name: 'ab12ab12' })
  expect(namesOf(await list({ q: 'AB12AB12' }))).toEqual(['ab12ab12', 'a'])
  expect(namesOf(await list({ q: sha256 }))).toEqual(['a'])
})

test('a trained model says which run made it', async () => {
  const [made] = add({ name: 'tuned' })
  const edge = { childId: made?.id ?? '', childKind: 'model', childName: 'tuned' }
  library.store.record(tx => {
    linkLineage(tx, { ...edge, parentId: 'mdv_1', parentKind: 'model', parentName: 'base', role: 'base' })
    linkLineage(tx, { ...edge, parentId: 'run_1', parentKind: 'run', parentName: 'sft-0139', role: 'run' })
  })
  expect((await list()).items[0]?.madeBy).toEqual({ id: 'run_1', name: 'sft-0139' })
})

test('what fits is told for the largest GPU, or for the device that is named', async () => {
  add({ name: 'small', sizeBytes: gib }, { name: 'half', sizeBytes: 40 * gib }, { name: 'huge', sizeBytes: 60 * gib })
  add({ name: 'onnx', summary: { format: 'onnx' } })
  expect((await facets()).fit.map(each => each.count)).toEqual([1, 1, 1, 1])
  expect((await facets()).device.id).toBe('cuda:0')
  expect(namesOf(await list({ fit: 'fits_at_4_bits' }))).toEqual(['half'])
  expect(namesOf(await list({ fit: ['too_large', 'unknown'] }))).toEqual(['onnx', 'huge'])
  expect(namesOf(await list({ fit: 'fits', device: 'cpu', sort: 'memory' }))).toEqual(['huge', 'half', 'small'])
  await expect(list({ device: 'cuda:7' })).rejects.toMatchObject({ code: 'missing_requirement' })
})

test('models.fit answers for each device, and for one that is gone says so', async () => {
  add({ name: 'a', sizeBytes: 23 * gib }, { name: 'b', summary: { format: 'onnx' } })
  const input = { precision: 'stored' as const, contextLength: undefined, parallel: 4 }
  const { devices, items } = await library.lists.handlers.fit({ ...input, id: ['a', 'b'] }, call)
  expect(devices.map(each => each.id)).toEqual(['cpu', 'cuda:0'])
  expect(items).toEqual([
    {
      id: 'a',
      devices: [
        { id: 'cpu', totalBytes: 23 * gib, verdict: 'fits', fitsNow: true },
        { id: 'cuda:0', totalBytes: 23 * gib, verdict: 'tight', fitsNow: false },
      ],
    },
    { id: 'b', reason: expect.stringContaining('onnx'), devices: [] },
  ])
  expect((await library.lists.handlers.fit({ ...input, precision: '4bit', id: ['a'] }, call)).items[0]).toMatchObject({
    devices: [{}, { totalBytes: 11.5 * gib, verdict: 'fits', fitsNow: true }],
  })
})

test('removed models are in no list and no count', async () => {
  const [a] = add({ name: 'a', labels: ['x'] }, { name: 'b', labels: ['x'] })
  await facets()
  library.store.record(tx => {
    setVersionRemoved(tx, a?.id ?? '', 1)
    library.lists.refresh(tx, a?.modelId ?? '')
  })
  expect(await list()).toMatchObject({ total: 1, items: [{ name: 'b' }] })
  expect(await facets()).toMatchObject({ total: 1, label: [{ value: 'x', count: 1 }] })
})

const made = fc.record({
  summary: fc.record({
    format: fc.constantFrom('safetensors' as const, 'gguf' as const, 'onnx' as const),
    architecture: fc.constantFrom('LlamaForCausalLM', 'BertModel', 'WhisperForConditionalGeneration'),
    license: fc.constantFrom('mit', 'apache-2.0'),
    hasChatTemplate: fc.boolean(),
  }),
  state: fc.constantFrom('ready' as const, 'missing' as const),
  sizeBytes: fc.constantFrom(gib, 5 * gib, 20 * gib, 40 * gib, 100 * gib),
  labels: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 }),
})
const some = <T extends string>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { maxLength: 2 })
const chosen = fc.record({
  format: some('safetensors', 'gguf', 'onnx'),
  architecture: some('LlamaForCausalLM', 'BertModel'),
  license: some('mit', 'apache-2.0'),
  task: some('chat', 'base', 'embedding', 'speech'),
  state: some('ready', 'missing'),
  size: some('under_2gb', '2_to_10gb', '10_to_30gb', 'over_30gb'),
  fit: some('fits', 'fits_at_4_bits', 'too_large', 'unknown'),
  label: some('x', 'y'),
})

/** By the rule of `simpleServing`. */
const fitOf = (sizeBytes: number | undefined, deviceBytes: number): FitClass =>
  sizeBytes === undefined
    ? 'unknown'
    : sizeBytes <= deviceBytes
      ? 'fits'
      : Math.floor(sizeBytes / 2) <= deviceBytes
        ? 'fits_at_4_bits'
        : 'too_large'

test('facets and lists agree with counting by hand, for any library and any filter', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(made, { minLength: 1, maxLength: 30 }), chosen, async (all, filter) => {
      library.close()
      library = openLibrary()
      add(...all.map((each, i) => ({ ...each, name: `m-${i}` })))
      const facts = all.map(({ summary, state, sizeBytes, labels }) => {
        return {
          ...summary,
          state,
          size: sizeClassOf(sizeBytes),
          task: taskOf({ ...summary, containsCode: [], warnings: [] }),
          fit: fitOf(summary.format === 'onnx' ? undefined : sizeBytes, 24 * gib),
          label: labels,
        } as Record<(typeof modelFacetNames)[number], string | string[]>
      })
      const passes = (each: (typeof facts)[number], except?: string) =>
        modelFacetNames.every(facet => {
          const wanted: readonly string[] = filter[facet]
          return facet === except || wanted.length === 0 || [each[facet]].flat().some(value => wanted.includes(value))
        })
      const counted = await facets(filter)
      const total = facts.filter(each => passes(each)).length
      expect(counted.total).toBe(total)
      expect((await list(filter)).total).toBe(total)
      expect((await list({ ...filter, sort: 'size', limit: 1000 })).items).toHaveLength(total)
      for (const facet of modelFacetNames)
        for (const { value, count } of counted[facet])
          expect(count, `${facet} ${value}`).toBe(
            facts.filter(each => passes(each, facet) && [each[facet]].flat().includes(value)).length,
          )
    }),
    { numRuns: 60 },
  )
})

const stepsBefore = (version: number) => [
  auditMigration,
  lineageMigration,
  ...modelsMigrations.filter(step => step.version < version),
]

/** A model that another program of that time wrote, with the label `kept`. */
function insertAsBefore520(i: number, sizeBytes: number): void {
  const summary = JSON.stringify({ format: 'gguf', hasChatTemplate: true, containsCode: [], warnings: [] })
  const id = i.toString(16).padStart(32, '0')
  library.db
    .prepare(
      "INSERT INTO models (id, name, description, newest_version_id, newest_format, newest_state, created_at_ms, updated_at_ms) VALUES (?, ?, '', ?, 'gguf', 'ready', ?, ?)",
    )
    .run(`mdl_${id}`, `old-${i}`, `mdv_${id}`, i, i)
  library.db.prepare('INSERT INTO model_labels (label, model_id) VALUES (?, ?)').run('kept', `mdl_${id}`)
  library.db
    .prepare(
      "INSERT INTO model_versions (id, model_id, version, state, source, path, format, size_bytes, summary, created_at_ms, updated_at_ms) VALUES (?, ?, 1, 'ready', 'registered', '/x', 'gguf', ?, ?, ?, ?)",
    )
    .run(`mdv_${id}`, `mdl_${id}`, sizeBytes, summary, i, i)
}

test('a library from before these lists is brought up to date at the start, in small steps', async () => {
  library.close()
  library = openLibrary({ migrations: stepsBefore(520) })
  for (let i = 0; i < 120; i += 1) insertAsBefore520(i, gib)
  migrate(library.db, stepsBefore(Number.POSITIVE_INFINITY))
  expect((await list()).total, 'nothing is hidden meanwhile').toBe(120)
  library.lists.start()
  await expect.poll(async () => (await facets()).task).toEqual([{ value: 'chat', count: 120 }])
  expect(await list({ sort: 'name', limit: 3, label: 'kept' })).toMatchObject({
    total: 120,
    items: [{ name: 'old-0', task: 'chat', servingBytes: gib }, { name: 'old-1' }, { name: 'old-2' }],
  })
})

/** As `simpleServing`, with 2 GiB more on a GPU. */
const gpuTakesMore: ServingBytes = (version, settings) => {
  const bytes = simpleServing(version, settings)
  return bytes !== undefined && settings.kind === 'cuda' ? bytes + 2 * gib : bytes
}

test.each([
  ['without a GPU', [device('cpu', 8 * gib)], ['auto', 'cpu']],
  ['with a GPU', [device('cpu', 8 * gib), device('cuda:0', 8 * gib)], ['auto', 'cpu', 'cuda:0']],
])('on a machine %s the list says of each device what models.fit says of it', async (_, devices, asked) => {
  library.close()
  library = openLibrary({ devices, servingBytes: gpuTakesMore })
  // On a GPU the second does not fit as it is stored, and the fourth not even in 4 bits.
  add(...[5, 7, 11, 13].map(size => ({ name: `of ${size} GiB`, sizeBytes: size * gib })))
  const input = { contextLength: undefined, parallel: 4, id: ['of 5 GiB', 'of 7 GiB', 'of 11 GiB', 'of 13 GiB'] }
  const detailOn = async (wanted: string, precision: 'stored' | '4bit') => {
    const { items } = await library.lists.handlers.fit({ ...input, precision }, call)
    const id = wanted === 'auto' ? devices.at(-1)?.id : wanted
    return items.map(({ devices: each }) => each.find(found => found.id === id)?.totalBytes ?? Number.NaN)
  }
  for (const wanted of asked) {
    const stored = await detailOn(wanted, 'stored')
    const at4Bits = await detailOn(wanted, '4bit')
    const { items } = await list({ device: wanted, sort: 'memory', order: 'asc' })
    expect(
      items.map(each => [each.servingBytes, each.servingBytesAt4Bits]),
      wanted,
    ).toEqual(stored.map((bytes, i) => [bytes, at4Bits[i]]))
    const fits = stored.filter(bytes => bytes <= 8 * gib).length
    const fitsAt4Bits = at4Bits.filter(bytes => bytes <= 8 * gib).length - fits
    expect(
      (await facets({ device: wanted })).fit.map(each => each.count),
      wanted,
    ).toEqual([...[fits, fitsAt4Bits, stored.length - fits - fitsAt4Bits, 0]])
    expect((await list({ device: wanted, fit: 'fits' })).total, wanted).toBe(fits)
  }
})

test('a machine without a GPU is told what its memory holds', async () => {
  library.close()
  library = openLibrary({ devices: [device('cpu', 8 * gib)] })
  add({ name: 'a', sizeBytes: 10 * gib })
  expect(await facets()).toMatchObject({ device: { id: 'cpu', totalBytes: 8 * gib } })
  expect(namesOf(await list({ fit: 'fits_at_4_bits' }))).toEqual(['a'])
})

test('what a GPU takes stands in for the CPU in an older library, until the start has worked it out', async () => {
  library.close()
  library = openLibrary({
    devices: [device('cpu', 8 * gib)],
    servingBytes: gpuTakesMore,
    migrations: stepsBefore(520),
  })
  insertAsBefore520(0, 7 * gib)
  migrate(library.db, stepsBefore(560))
  library.db
    .prepare('UPDATE models SET serving_bytes = ?, serving_4bit_bytes = ?, listing_revision = 1')
    .run(9 * gib, 5.5 * gib)
  migrate(library.db, stepsBefore(Number.POSITIVE_INFINITY))
  expect((await list({ fit: 'fits_at_4_bits' })).items[0]?.servingBytes).toBe(9 * gib)
  library.lists.start()
  await expect.poll(async () => (await list({ fit: 'fits' })).items[0]?.servingBytes).toBe(7 * gib)
})

test.each([
  ['LlamaForCausalLM', { hasChatTemplate: true }, 'chat'],
  ['LlamaForCausalLM', {}, 'base'],
  ['GPT2LMHeadModel', {}, 'base'],
  ['llama', { format: 'gguf' }, 'base'],
  ['nomic-bert', { format: 'gguf' }, 'embedding'],
  ['Qwen3Model', { hasChatTemplate: true }, 'embedding'],
  ['XLMRobertaForSequenceClassification', {}, 'rerank'],
  ['Qwen2_5_VLForConditionalGeneration', { hasChatTemplate: true }, 'vision'],
  ['Gemma3ForConditionalGeneration', { hasChatTemplate: true }, 'vision'],
  ['qwen2vl', { format: 'gguf', hasChatTemplate: true }, 'vision'],
  ['WhisperForConditionalGeneration', {}, 'speech'],
  [undefined, { format: 'adapter' }, 'other'],
  ['pytorch', { format: 'onnx' }, 'other'],
] as const)('%s %o is for %s', (architecture, more, task) => {
  const plain = { format: 'safetensors' as const, hasChatTemplate: false, containsCode: [], warnings: [] }
  expect(taskOf({ ...plain, ...(architecture !== undefined && { architecture }), ...more })).toBe(task)
})
