import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './tests/support/slowest-first.ts'

/** Every file of these starts PyTorch several times, trains or converts. */
const training = [
  'tests/integration/journey.test.ts',
  'tests/integration/convert*.test.ts',
  'tests/e2e/**/guided-tour.test.ts',
  'tests/e2e/home-remaining.test.ts',
  'tests/e2e/training.test.ts',
  'tests/e2e/convert.test.ts',
]
const browsers = ['tests/e2e/**/*.test.ts']
const all = ['main/**/*.test.ts', 'renderer/**/*.test.ts', 'tests/**/*.test.ts']

export default defineConfig({
  test: {
    pool: 'forks',
    // Files that run at once have the same load: a page beside another page is quick enough, beside PyTorch it need not be.
    maxWorkers: 2,
    // Two files run at once, each with a thread of its own for what computes: threads that wait for each other on a busy
    // processor take many times longer than one alone (87 s instead of 13 for an evaluation of 120 rows).
    env: { OMP_NUM_THREADS: '1' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A test that leaves work behind is a defect, not a slow test.
    teardownTimeout: 5_000,
    // Conditions are waited for, and two cores may be busy: a second is too little for some.
    expect: { poll: { timeout: 15_000 } },
    restoreMocks: true,
    unstubEnvs: true,
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'processes',
          include: all,
          exclude: [...training, ...browsers],
          // Many of these wait rather than compute: for disks, timers, and what has just been killed.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'training', include: training, sequence: { groupOrder: 1 } },
      },
      { extends: true, test: { name: 'browsers', include: browsers, exclude: training, sequence: { groupOrder: 2 } } },
    ],
  },
})
