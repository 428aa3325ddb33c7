import { client } from '../../lib/client.ts'
import { offerDraft } from '../../lib/draft.ts'
import { isEnded } from '../../lib/job-words.ts'
import { go } from '../../lib/route.ts'
import { type TourFacts, type TourStepId, tourNames } from './tour.ts'
import type { Samples } from './use-tour.ts'

/** How many tokens an answer of the sample has at most: the longest record is shorter. */
export const longestAnswer = 96

type Context = { readonly facts: TourFacts; readonly samples: Samples }

/** What each step does. Each continues from whatever exists, so that it may be called again after any failure. */
const actions: Record<TourStepId, (context: Context) => Promise<unknown>> = {
  model: ({ samples }) => client.models.import({ path: samples.model.path, name: tourNames.model }),
  data: async ({ facts, samples }) => {
    await Promise.all([
      prepare(facts.train, tourNames.train, samples.train.path),
      prepare(facts.heldOut, tourNames.heldOut, samples.heldOut.path),
    ])
  },
  tune: ({ samples }) =>
    client.training.start({
      method: 'sft',
      model: tourNames.model,
      dataset: [tourNames.train],
      name: tourNames.run,
      set: samples.parameters,
    }),
  evaluate: ({ facts }) =>
    client.evaluation.start({
      object: [tourNames.model, facts.run?.result?.id ?? tourNames.run],
      dataset: tourNames.heldOut,
      metric: ['exact_match', 'f1'],
      maxTokens: longestAnswer,
      name: tourNames.evaluation,
    }),
  serve: ({ facts }) =>
    facts.deployment
      ? client.inference.start({ id: facts.deployment.id })
      : client.inference.deploy({ model: facts.run?.result?.id ?? tourNames.run, name: tourNames.deployment }),
  chat: async () => {
    offerDraft('playground.question', await firstQuestion())
    go('playground', { a: tourNames.deployment })
  },
}

export const runTourStep = (id: TourStepId, context: Context): Promise<unknown> => actions[id](context)

type Prepared = TourFacts['train']

/** Rows are imported, waited for and frozen: only a frozen version can be learned from. */
async function prepare(existing: Prepared, name: string, path: string): Promise<void> {
  if (existing?.state === 'frozen') return
  let id = existing?.state === 'draft' ? existing.id : undefined
  if (id === undefined) {
    const imported = await client.datasets.import({ path, name })
    for (;;) {
      const job = await client.jobs.wait({ id: imported.jobId, timeoutMs: 30_000 })
      if (!isEnded(job.state)) continue
      if (job.state !== 'done') return // The dataset's own state says what went wrong.
      break
    }
    id = imported.id
  }
  await client.datasets.freeze({ id })
}

/** What the first held-out row asks: a question that the tuned model has never seen. */
async function firstQuestion(): Promise<string> {
  const { rows } = await client.datasets.preview({ id: tourNames.heldOut, limit: 1 })
  const messages = rows[0]?.data.messages
  if (!Array.isArray(messages)) return ''
  const turn = (messages as readonly { readonly role?: unknown; readonly content?: unknown }[]).find(
    ({ role }) => role === 'user',
  )
  return typeof turn?.content === 'string' ? turn.content : ''
}
