/** The value that the page's policy accepts styles by; the gateway makes a new one for every page. */
export const cspNonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

/**
 * Libraries put <style> elements into the page: not all of them can be told the nonce, and some fill them through
 * innerHTML, which the page's policy refuses for every element. Style elements that our own scripts create get the nonce
 * and take such text as the plain text that it is; markup that somebody smuggled into the page gets neither.
 */
export function adoptStyleElements(): void {
  const create = document.createElement.bind(document)
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = create(name, options)
    if (element instanceof HTMLStyleElement) {
      element.nonce = cspNonce
      asText(element)
    }
    return element
  }
}

/** The same libraries write rules as `innerHTML`, which the page's policy forbids. In a style element both mean the text. */
function asText(style: HTMLStyleElement): void {
  Object.defineProperty(style, 'innerHTML', {
    get: () => style.textContent,
    set: (rules: string) => {
      style.textContent = rules
    },
  })
}
