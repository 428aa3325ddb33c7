import type { Page } from 'playwright-core'

/**
 * Watches what moves on the page from now on without anybody having asked for it (`layout-shift` of the Layout Instability
 * API); answers with the elements that moved, each with its text.
 */
export async function watchMoves(page: Page): Promise<() => Promise<readonly string[]>> {
  const watch = await page.evaluateHandle(() => {
    type Shift = PerformanceEntry & {
      readonly hadRecentInput: boolean
      readonly sources: readonly { node: Node | null }[]
    }
    const moved: string[] = []
    const note = (entries: PerformanceEntryList) => {
      for (const shift of entries as Shift[]) {
        if (shift.hadRecentInput) continue
        for (const { node } of shift.sources) {
          const element = node instanceof Element ? node : node?.parentElement
          moved.push(`${element?.tagName}.${element?.className}: ${node?.textContent?.slice(0, 40)}`)
        }
      }
    }
    const observer = new PerformanceObserver(list => note(list.getEntries()))
    observer.observe({ type: 'layout-shift' })
    return () => {
      note(observer.takeRecords())
      return moved
    }
  })
  return () => watch.evaluate(moved => moved())
}
