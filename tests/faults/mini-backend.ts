/**
 * A backend reduced to its jobs, for tests that kill it: opens a data directory, adopts, starts the jobs given as JSON,
 * prints one line per started job, and stays until it is killed.
 *
 *   node tests/faults/mini-backend.ts DATA_DIR [JOBS_AS_JSON]
 */
import type { JobSpec } from '../../main/platform/processes/port.ts'
import { asOwner, openHouseOfJobs } from './jobs-harness.ts'

const [dataDir = '', specs = '[]'] = process.argv.slice(2)
const { jobs } = openHouseOfJobs({ dataDir })
jobs.start()
for (const spec of JSON.parse(specs) as JobSpec[]) {
  process.stdout.write(`${jobs.port.start(asOwner, spec).id}\n`)
}
process.stdout.write('ready\n')
setInterval(() => undefined, 60_000)
