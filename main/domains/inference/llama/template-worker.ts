import '../../../platform/network/never.ts'

import { parentPort } from 'node:worker_threads'
import { Template } from '@huggingface/jinja'

/**
 * Renders chat templates, which come from model files and are programs: this thread has no secrets, a small heap, and
 * is ended from outside when a template runs too long. The interpreter knows only its own values: no host objects.
 */

type Job = {
  readonly id: number
  readonly template: string
  readonly input: Record<string, unknown>
  readonly maxChars: number
}

const compiled = new Map<string, Template>()

const render = ({ template, input, maxChars }: Job): { text: string } | { error: string } => {
  try {
    let program = compiled.get(template)
    if (!program) {
      program = new Template(template)
      compiled.clear()
      compiled.set(template, program)
    }
    const text = program.render(input)
    return text.length > maxChars ? { error: `its output is longer than ${maxChars} characters` } : { text }
  } catch (error) {
    // A template says with raise_exception what it does not accept; the parser says what is wrong with the template.
    return { error: (error instanceof Error ? error.message : 'it failed').slice(0, 1_000) }
  }
}

parentPort?.on('message', (job: Job) => parentPort?.postMessage({ id: job.id, ...render(job) }))
parentPort?.postMessage({ ready: true })
