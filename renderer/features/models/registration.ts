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
  readonly outcomes: ReadonlyMap<string, Outcome>
  readonly isRunning: boolean
  readonly done: number
  readonly all: number
  readonly register: (models: readonly FoundModel[]) => Promise<void>
}

/** Registers models one after the other: one that cannot be read keeps none of the others from being registered. */
export function useRegistration(): Registration {
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map())
  const [isRunning, setIsRunning] = useState(false)
  const register = async (models: readonly FoundModel[]) => {
    setIsRunning(true)
    setOutcomes(new Map(models.map(({ path }) => [path, { path, state: 'waiting' }])))
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
  const ended = [...outcomes.values()].filter(({ state }) => state !== 'waiting')
  return { outcomes, isRunning, done: ended.length, all: outcomes.size, register }
}
