import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take longest where nothing is known of an earlier run, longest first. A hint, and no more: one that is
 * missing or wrong makes a run longer and nothing else.
 */
const slowest = [
  // training
  'tests/e2e/guided-tour.test.ts',
  'tests/e2e/desktop/guided-tour.test.ts',
  'tests/e2e/training.test.ts',
  'tests/integration/convert.test.ts',
  'tests/integration/journey.test.ts',
  'tests/e2e/home-remaining.test.ts',
  'tests/integration/convert-cli.test.ts',
  // browsers
  'tests/e2e/every-screen.test.ts',
  'tests/e2e/datasets.test.ts',
  'tests/e2e/deployments.test.ts',
  'tests/e2e/manage.test.ts',
  'tests/e2e/access.test.ts',
  'tests/e2e/evaluations.test.ts',
  'tests/e2e/desktop/package.test.ts',
  // processes
  'tests/faults/durability.test.ts',
  'tests/faults/disk-errors.test.ts',
  'tests/faults/conversion.test.ts',
  'tests/faults/collection.test.ts',
  'tests/integration/database-check.test.ts',
  'tests/integration/cli-exits.test.ts',
  'main/platform/python/build.test.ts',
  'tests/faults/full-disk.test.ts',
  'tests/faults/copies.test.ts',
  'tests/faults/waiting.test.ts',
  'tests/integration/bare-python.test.ts',
  'tests/contract/engine-python.test.ts',
]

/**
 * Begins the slowest files first, so that the workers end together: vitest itself begins with the largest where it knows
 * no times yet, and how large a test is says little of how long it takes.
 */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = slowest.findIndex(file => moduleId.endsWith(`/${file}`))
      return place < 0 ? slowest.length : place
    }
    const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder
    return (await super.sort(files)).sort((a, b) => groupOf(a) - groupOf(b) || placeOf(a) - placeOf(b))
  }
}
