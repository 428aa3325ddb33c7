import { Worker } from 'node:worker_threads'
import type { ChatMessage, ToolDefinition } from '../../../contract/engine.ts'
import { AppError } from '../../../contract/errors.ts'

export type TemplateInput = {
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly ToolDefinition[] | undefined
  readonly bosToken: string
  readonly eosToken: string
}

export type TemplateRenderer = {
  /** The prompt's text. Throws `invalid_input` when the template refuses, fails, or exceeds its limits. */
  readonly render: (template: string, input: TemplateInput) => Promise<string>
  readonly close: () => Promise<void>
}

type Limits = {
  /** Processor time of one rendering, so that a busy machine does not fail a good template. */
  readonly cpuLimitMs?: number
  readonly wallLimitMs?: number
  readonly maxChars?: number
  readonly heapMiB?: number
}

type Answer = { readonly ready: true } | { readonly id: number; readonly text?: string; readonly error?: string }
type Pending = { readonly id: number; readonly settle: (answer: { text?: string; error?: string }) => void }

const workerFile = new URL('./template-worker.ts', import.meta.url)

/**
 * Renders chat templates one after another in a worker thread that is ended, and made anew, when a template loops or
 * swells: a hostile template costs its own request and nothing else (security.md part 5, rows 13 and 14).
 */
export function createTemplateRenderer({
  cpuLimitMs = 100,
  wallLimitMs = 10_000,
  maxChars = 1_000_000,
  heapMiB = 96,
}: Limits = {}): TemplateRenderer {
  let worker: Promise<Worker> | undefined
  let pending: Pending | undefined
  let lastId = 0
  let tail: Promise<unknown> = Promise.resolve()

  const start = (): Promise<Worker> =>
    new Promise((resolve, reject) => {
      const fresh = new Worker(workerFile, {
        resourceLimits: { maxOldGenerationSizeMb: heapMiB, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
        env: {},
        stdin: false,
      })
      fresh.unref()
      fresh.on('message', (answer: Answer) => {
        if ('ready' in answer) return resolve(fresh)
        if (pending?.id === answer.id) pending.settle(answer)
      })
      const gone = (why: string) => {
        worker = undefined
        pending?.settle({ error: why })
        reject(new AppError('internal', `The template thread did not start: ${why}.`))
      }
      fresh.on('error', (error: NodeJS.ErrnoException) =>
        gone(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `it needs more than ${heapMiB} MiB of memory` : error.message),
      )
      fresh.on('exit', () => gone('it was ended'))
    })

  const renderNow = async (template: string, input: TemplateInput): Promise<string> => {
    worker ??= start()
    const thread = await worker
    const id = ++lastId
    const before = await thread.cpuUsage()
    const answered = new Promise<{ text?: string; error?: string }>(resolve => {
      pending = { id, settle: resolve }
    })
    const startedAtMs = performance.now()
    let timer: NodeJS.Timeout | undefined
    const end = (why: string) => {
      worker = undefined
      void thread.terminate()
      pending?.settle({ error: why })
    }
    const watch = async () => {
      if (performance.now() - startedAtMs >= wallLimitMs) return end(`it ran for more than ${wallLimitMs} ms`)
      const used = await thread.cpuUsage(before)
      const usedMs = (used.user + used.system) / 1_000
      if (pending?.id !== id) return
      if (usedMs >= cpuLimitMs) return end(`it used more than ${cpuLimitMs} ms of processor time`)
      timer = setTimeout(guarded, Math.max(20, cpuLimitMs - usedMs))
    }
    // The thread may end by itself (out of memory) while its usage is being asked for; its exit event settles then.
    const guarded = () => void watch().catch(() => undefined)
    timer = setTimeout(guarded, cpuLimitMs)
    thread.postMessage({ id, template, input: valuesOf(input), maxChars })
    const { text, error } = await answered
    clearTimeout(timer)
    pending = undefined
    if (text === undefined) {
      throw new AppError(
        'invalid_input',
        `The model’s chat template could not render this conversation: ${error ?? 'it failed'}.`,
        {
          hint: 'Templates differ in the roles and orders that they accept. Another template can be set on the deployment: --chat-template.',
        },
      )
    }
    return text
  }

  return {
    render: (template, input) => {
      const turn = tail.then(() => renderNow(template, input))
      tail = turn.catch(() => undefined)
      return turn
    },
    close: async () => {
      const running = worker
      worker = undefined
      if (running) await (await running).terminate()
    },
  }
}

// The names that templates written for transformers expect.
const valuesOf = ({ messages, tools, bosToken, eosToken }: TemplateInput): Record<string, unknown> => ({
  messages: messages.map(message => ({ ...message, content: message.content ?? '' })),
  ...(tools && tools.length > 0 && { tools }),
  add_generation_prompt: true,
  bos_token: bosToken,
  eos_token: eosToken,
})
