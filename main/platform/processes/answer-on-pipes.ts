import { createInterface } from 'node:readline'
import { type Answers, answerer } from '../threads/answer.ts'
import type { Questions, ToThread } from '../threads/protocol.ts'

/**
 * The inside of a process of `createProcesses`: answers one question after the other, as JSON lines on its pipes, until
 * nobody is left to ask.
 */
export function answerOnPipes<Q extends Questions>(answers: Answers<Q>): void {
  const onMessage = answerer(answers, reply => void process.stdout.write(`${JSON.stringify(reply)}\n`))
  createInterface({ input: process.stdin })
    .on('line', line => onMessage(JSON.parse(line) as ToThread))
    .on('close', () => process.exit(0))
}
