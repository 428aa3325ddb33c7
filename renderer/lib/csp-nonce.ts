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
    if (element instanceof HTMLStyleElement) element.nonce = cspNonce
    return element
  }
}
