import { defineConfig } from 'vitest/config'

/** Tests that train, convert or drive a browser use every core by themselves: two at once would each take far longer. */
const alone = ['tests/e2e/**/*.test.ts', 'tests/integration/journey.test.ts', 'tests/integration/convert*.test.ts']
const all = ['main/**/*.test.ts', 'renderer/**/*.test.ts', 'tests/**/*.test.ts']

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A test that leaves work behind is a defect, not a slow test.
    teardownTimeout: 5_000,
    // Conditions are waited for, and two cores may be busy: a second is too little for some.
    expect: { poll: { timeout: 15_000 } },
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: { name: 'side by side', include: all, exclude: alone, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      { extends: true, test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
