import { createContext, Script } from 'node:vm'

const maxPatternLength = 2000
const budgetMs = 100

/** Whether each pattern occurs in its text; `invalid` for no regular expression, `timeout` for one that ran too long. */
export type PatternResult = boolean | 'invalid' | 'timeout'

export type PatternPair = { readonly pattern: string; readonly text: string }

// Patterns come from datasets, and no check of their shape finds every one that backtracks without end. V8 interrupts a
// regular expression that runs inside vm with a timeout. A watchdog costs about a millisecond, hence whole batches.
const script = `
  JSON.stringify(JSON.parse(pairs).map(([pattern, text]) => {
    let expression
    try { expression = new RegExp(pattern, 'u') } catch { return 'invalid' }
    return expression.test(text)
  }))`

// The error may come from another realm, whose Error is not ours.
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'

/**
 * Tests untrusted regular expressions (JavaScript, Unicode mode) under a time limit.
 * A batch that runs over its 100 ms is taken apart until the pair that is to blame stands alone; a pattern that timed
 * out once is not tried again.
 */
export const createPatternMatcher = () => {
  const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } })
  const program = new Script(script)
  const tooSlow = new Set<string>()

  const run = (pairs: readonly PatternPair[]): readonly PatternResult[] => {
    if (pairs.length === 0) return []
    context.pairs = JSON.stringify(pairs.map(({ pattern, text }) => [pattern, text]))
    try {
      return JSON.parse(String(program.runInContext(context, { timeout: budgetMs })))
    } catch (error) {
      if (!isTimeout(error)) throw error
    }
    const [only, ...others] = pairs
    if (only !== undefined && others.length === 0) {
      tooSlow.add(only.pattern)
      return ['timeout']
    }
    const middle = pairs.length >>> 1
    return [...match(pairs.slice(0, middle)), ...match(pairs.slice(middle))]
  }

  const match = (pairs: readonly PatternPair[]): readonly PatternResult[] => {
    const results: PatternResult[] = pairs.map(({ pattern }) =>
      pattern.length > maxPatternLength ? 'invalid' : 'timeout',
    )
    const tried = pairs
      .map((pair, index) => ({ pair, index }))
      .filter(({ pair: { pattern } }) => pattern.length <= maxPatternLength && !tooSlow.has(pattern))
    for (const [order, result] of run(tried.map(({ pair }) => pair)).entries())
      results[tried[order]?.index ?? -1] = result
    return results
  }

  return { match }
}
