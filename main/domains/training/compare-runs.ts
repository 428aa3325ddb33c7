import type { Run, RunComparison } from '../../contract/runs.ts'
import type { ReadableDb } from '../../platform/db/types.ts'
import { bestValidationLoss } from './curve-repo.ts'
import type { RunRecord } from './repo.ts'
import { threadsOf } from './threads.ts'

/** What runs came to, and in which settings they differ. */
export function compareRuns(db: ReadableDb, runs: readonly RunRecord[], toRun: (run: RunRecord) => Run): RunComparison {
  const keys = [...new Set(['threads', ...runs.flatMap(run => Object.keys(run.parameters))])].sort()
  const all: [string, (run: RunRecord) => unknown][] = [
    ['method', run => run.method],
    ['model', run => run.model.name],
    ['datasets', run => run.datasets.map(mixed).join(', ')],
    ...keys.map(key => [key, settingOf(key)] satisfies (typeof all)[number]),
  ]
  return {
    runs: runs.map(run => ({
      id: run.id as Run['id'],
      name: run.name,
      state: toRun(run).state,
      step: run.step,
      loss: run.loss,
      bestValidationLoss: bestValidationLoss(db, run.id),
      seconds: toRun(run).tookSeconds ?? null,
    })),
    differences: all
      .map(([key, read]) => ({ key, values: runs.map(read) }))
      .filter(({ values }) => new Set(values.map(value => JSON.stringify(value))).size > 1),
  }
}

/** A parameter as the run had it; of the threads, how many it computed with, whatever was asked for. */
const settingOf =
  (key: string) =>
  (run: RunRecord): unknown =>
    key === 'threads' ? (threadsOf(run) ?? run.parameters.threads) : run.parameters[key]

const mixed = ({ name, samplingRate }: RunRecord['datasets'][number]): string =>
  samplingRate === undefined ? name : `${name} × ${samplingRate}`
