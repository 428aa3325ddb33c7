import { parentPort } from 'node:worker_threads'
import { AppError } from '../../contract/errors.ts'
import { errorToCross } from './crossing.ts'
import type { FromThread, Input, Output, Questions, Tell, ToThread } from './protocol.ts'

export type Answers<Q extends Questions> = {
  readonly [N in keyof Q]: (input: Input<Q, N>, signal: AbortSignal, tell: Tell) => Promise<Output<Q, N>> | Output<Q, N>
}

/** The inside of a thread of `createThreads`: answers one question after the other. */
export function answerQuestions<Q extends Questions>(answers: Answers<Q>): void {
  const port = parentPort
  if (!port) throw new Error('this module runs in a worker thread')
  port.on(
    'message',
    answerer(answers, reply => port.postMessage(reply)),
  )
}

/** Answers the messages that it is called with, whatever they come and go through. */
export function answerer<Q extends Questions>(
  answers: Answers<Q>,
  say: (reply: FromThread) => void,
): (message: ToThread) => void {
  let abort: AbortController | undefined

  const answer = async (name: string, input: unknown, signal: AbortSignal): Promise<FromThread> => {
    try {
      // The asking side's types tie name and input together; they cross as plain data.
      const run = answers[name] as (input: unknown, signal: AbortSignal, tell: Tell) => unknown
      return { output: await run(input, signal, told => say({ told })) }
    } catch (error) {
      if (signal.aborted) return { error: new AppError('cancelled', 'Cancelled.').toBody() }
      return { error: errorToCross(error) }
    }
  }

  return message => {
    if ('cancel' in message) return abort?.abort()
    abort = new AbortController()
    void answer(message.ask, message.input, abort.signal).then(say)
  }
}
