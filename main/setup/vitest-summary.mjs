import { writeFileSync } from 'node:fs'

/**
 * A vitest reporter that writes what `npm test` adds up: counts, and every skipped test with its reason.
 * A file that cannot be loaded and an error outside every test count as failed tests.
 */
class SummaryReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: unhandledErrors.length, skipped: [] }
    for (const module of modules) {
      summary.failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state, note } = test.result()
        if (state === 'passed') summary.passed++
        else if (state === 'failed') summary.failed++
        else summary.skipped.push({ name: `${module.relativeModuleId}: ${test.fullName}`, reason: note ?? '' })
      }
      for (const suite of module.children.allSuites()) summary.failed += suite.errors().length
    }
    const file = process.env.SLIPWAY_TEST_SUMMARY
    if (file) writeFileSync(file, JSON.stringify(summary))
  }
}

// biome-ignore lint/style/noDefaultExport: vitest takes a reporter from a module's default export.
export default SummaryReporter
