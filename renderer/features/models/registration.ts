import { useState } from 'react'
import type { FoundModel } from '../../../main/contract/models.ts'
import { client } from '../../lib/client.ts'
import { failureOf } from '../../lib/failure.ts'

export type Outcome = {
  readonly path: string
  readonly state: 'waiting' | 'done' | 'failed'
  readonly message?: string
  readonly hint?: string | undefined
}

export type Registration = {
  /** Of all that were begun here, by path. */
  readonly outcomes: ReadonlyMap<string, Outcome>
  readonly isRunning: boolean
  /** Of the last ones that were begun together. */
  readonly done: number
  readonly all: number
  readonly register: (models: readonly FoundModel[]) => Promise<void>
}

/** Registers models one after the other: one that cannot be read keeps none of the others from being registered. */
export function useRegistration(): Registration {
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map())
  const [batch, setBatch] = useState<readonly string[]>([])
  const [isRunning, setIsRunning] = useState(false)
  const register = async (models: readonly FoundModel[]) => {
    setIsRunning(true)
    setBatch(models.map(({ path }) => path))
    setOutcomes(before => {
      const done = [...before].filter(([, { state }]) => state === 'done')
      const waiting = models.map(({ path }): [string, Outcome] => [path, { path, state: 'waiting' }])
      return new Map([...done, ...waiting])
    })
    for (const { path } of models) {
      const outcome = await client.models.import({ path }).then(
        (): Outcome => ({ path, state: 'done' }),
        (error: unknown): Outcome => {
          const { message, hint } = failureOf(error)
          return { path, state: 'failed', message, hint }
        },
      )
      setOutcomes(before => new Map(before).set(path, outcome))
    }
    setIsRunning(false)
  }
  const ended = batch.filter(path => outcomes.get(path)?.state !== 'waiting')
  return { outcomes, isRunning, done: ended.length, all: batch.length, register }
}
