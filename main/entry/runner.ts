/**
 * The runner process: owns one job's child and outlives the backend.
 *
 *   node main/entry/runner.ts <job folder>
 *
 * It prints `ready` once a backend may connect. What it knows is in the folder (`runner/spec.json` in, journal and log
 * out); see main/platform/processes/run-job.ts.
 */
import '../platform/network/never.ts'

import { readRunnerSpec } from '../platform/processes/job-folder.ts'
import { runJob } from '../platform/processes/run-job.ts'

process.umask(0o077)
// The backend that reads `ready` may be gone by then, and a closed terminal is no reason to end.
process.stdout.on('error', () => undefined)
process.on('SIGHUP', () => undefined)
process.on('SIGINT', () => undefined)

const folder = process.argv[2] ?? ''
runJob(folder, readRunnerSpec(folder), {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  onReady: () => void process.stdout.write('ready\n'),
  onTermination: stop => void process.on('SIGTERM', stop),
}).then(
  () => process.exit(0),
  error => {
    console.error(error)
    process.exit(1)
  },
)
