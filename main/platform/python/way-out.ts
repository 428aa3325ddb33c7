import { type CountingProxy, startCountingProxy } from '../network/counting-proxy.ts'

type Env = Readonly<Record<string, string>>

/** How programs that ask a package index get out, and what they have sent. */
export type WayOut = {
  /**
   * The environment of a program that may ask an index: it goes out through a counter. Where a proxy of the user's stands
   * between (in `env`, or in a file that only the program reads: `isElsewhere`), it goes there as before, uncounted.
   */
  readonly through: (env: Env, isElsewhere?: boolean) => Promise<Record<string, string>>
  /** Bytes sent to other machines so far; null once something went out uncounted. */
  readonly bytesOut: () => number | null
  readonly close: () => void
}

/** @param onUse is called before the first program goes out, once it is known whether it is counted */
export function createWayOut(onUse: () => void, start = startCountingProxy): WayOut {
  let proxy: Promise<CountingProxy> | undefined
  let counter: CountingProxy | undefined
  let isUsed = false
  let isUncounted = false
  return {
    through: async (env, isElsewhere = false) => {
      if (isElsewhere || hasProxy(env)) isUncounted = true
      else {
        proxy ??= start()
        counter = await proxy
      }
      if (!isUsed) onUse()
      isUsed = true
      return counter && !isUncounted ? proxied(env, counter.url) : { ...env }
    },
    bytesOut: () => (isUncounted ? null : (counter?.bytesOut() ?? 0)),
    close: () => counter?.close(),
  }
}

/** For builds that nobody asks how much they sent, such as those of developers. */
export const plainWayOut: WayOut = { through: async env => ({ ...env }), bytesOut: () => null, close: () => undefined }

const proxyVariable = /^(https?|all)_proxy$/i
const hasProxy = (env: Env): boolean =>
  Object.entries(env).some(([name, value]) => proxyVariable.test(name) && value !== '')

function proxied(env: Env, url: string): Record<string, string> {
  // Exceptions from a proxy that there is not would only lead past the counter.
  const kept = Object.entries(env).filter(([name]) => !/^(https?|all|no)_proxy$/i.test(name))
  return { ...Object.fromEntries(kept), HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, https_proxy: url }
}
