import type { CrossedError } from './crossing.ts'

/** What a thread can be asked, by name: one input and one output each. Both cross the thread as plain data. */
export type Questions = Readonly<Record<string, (input: never) => unknown>>
export type Input<Q extends Questions, N extends keyof Q> = Parameters<Q[N]>[0]
export type Output<Q extends Questions, N extends keyof Q> = ReturnType<Q[N]>

/** Says how far an answer is, as a count whose meaning the question defines. */
export type Tell = (done: number) => void

export type ToThread = { readonly ask: string; readonly input: unknown } | { readonly cancel: true }
/** `told` comes any number of times before the answer: how far it is. */
export type FromThread = { readonly output: unknown } | { readonly error: CrossedError } | { readonly told: number }
