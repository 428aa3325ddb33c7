import type { Page } from 'playwright-core'

/**
 * Watches what moves on the page from now on without anybody having asked for it (`layout-shift` of the Layout Instability
 * API); answers with the elements that moved, each with its text and its places in pixels.
 */
export async function watchMoves(page: Page): Promise<() => Promise<readonly string[]>> {
  const watch = await page.evaluateHandle(() => {
    type Source = { readonly node: Node | null; readonly previousRect: DOMRect; readonly currentRect: DOMRect }
    type Shift = PerformanceEntry & { readonly hadRecentInput: boolean; readonly sources: readonly Source[] }
    const place = ({ x, y, width, height }: DOMRect) => [x, y, width, height].map(Math.round).join(' ')
    const moved: string[] = []
    const note = (entries: PerformanceEntryList) => {
      for (const shift of entries as Shift[]) {
        if (shift.hadRecentInput) continue
        for (const { node, previousRect, currentRect } of shift.sources) {
          const element = node instanceof Element ? node : node?.parentElement
          const what = element ? `${element.tagName}.${element.className}: ${node?.textContent?.slice(0, 40)}` : 'gone'
          moved.push(`${what}, from ${place(previousRect)} to ${place(currentRect)}`)
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
