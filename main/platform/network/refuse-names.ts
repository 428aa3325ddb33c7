import dns from 'node:dns'
import { isIP } from 'node:net'
import { answerLater, type Method, refused, replace } from './refusal.ts'
import { isThisMachine } from './this-machine.ts'

type Address = { readonly address: string; readonly family: number }

/** No question leaves for a name server; `localhost` is answered here (RFC 6761). */
export function refuseNames(): void {
  const byCallback: Method = (...args) => answerLater(args, questionFor(args[0]))
  const byPromise: Method = host => Promise.reject(questionFor(host))
  for (const asker of [dns, dns.Resolver.prototype])
    for (const name of questionsOf(asker)) replace(asker, name, () => byCallback)
  for (const asker of [dns.promises, dns.promises.Resolver.prototype])
    for (const name of questionsOf(asker)) replace(asker, name, () => byPromise)
  replace(dns, 'lookup', lookupByCallback)
  replace(dns.promises, 'lookup', lookupByPromise)
}

const questionsOf = (asker: object): readonly string[] =>
  Object.getOwnPropertyNames(asker).filter(name => /^(resolve|reverse|lookupService)/.test(name))
const questionFor = (host: unknown) => refused(`a question for ${String(host)}`)

const lookupByCallback = (original: Method): Method =>
  function (...args) {
    const [host, options] = args
    if (!isName(host)) return Reflect.apply(original, this, args)
    if (!isThisMachine(host)) return answerLater(args, questionFor(host))
    const [first, ...more] = loopbackFor(options)
    return wantsAll(options)
      ? answerLater(args, null, [first, ...more])
      : answerLater(args, null, first?.address, first?.family)
  }

const lookupByPromise = (original: Method): Method =>
  async function (...args) {
    const [host, options] = args
    if (!isName(host)) return Reflect.apply(original, this, args)
    if (!isThisMachine(host)) throw questionFor(host)
    const addresses = loopbackFor(options)
    return wantsAll(options) ? addresses : addresses[0]
  }

// An address needs no name server, and neither does nothing at all.
const isName = (host: unknown): host is string => typeof host === 'string' && host !== '' && isIP(host) === 0

const wantsAll = (options: unknown): boolean =>
  typeof options === 'object' && options !== null && 'all' in options && options.all === true

function loopbackFor(options: unknown): readonly Address[] {
  const asked = typeof options === 'object' && options !== null && 'family' in options ? options.family : options
  const all = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
  return all.filter(({ family }) => (asked === 4 || asked === 6 ? family === asked : asked !== `IPv${10 - family}`))
}
