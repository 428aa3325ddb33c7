/** The value that the page's policy accepts styles by; the gateway makes a new one for every page. */
export const cspNonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

/**
 * Libraries put <style> elements into the page, and not all of them can be told the nonce. Style elements that our own
 * scripts create get it here; markup that somebody smuggled into the page does not, which is what the policy is for.
 */
export function nonceStyleElements(): void {
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
