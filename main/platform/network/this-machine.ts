import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/**
 * Whether a host is this machine for certain and without asking anybody: a loopback address (also as IPv4 inside IPv6),
 * or the name `localhost`. Every other name would need a name server, and is not.
 */
export function isThisMachine(host: string): boolean {
  const version = isIP(host)
  if (version === 0) return host.toLowerCase() === 'localhost'
  return loopback.check(host, version === 4 ? 'ipv4' : 'ipv6')
}

/** Where a socket is told to connect, from the arguments of `connect` in any of their forms. */
export function targetOf(
  args: readonly unknown[],
  isHere: (host: string) => boolean = isThisMachine,
): { readonly isHere: boolean; readonly name: string } {
  // Node itself hands the arguments on as one array, whose first element holds the options.
  const [first, second] = (Array.isArray(args[0]) ? args[0] : args) as readonly unknown[]
  const options: Record<string, unknown> =
    typeof first === 'object' && first !== null
      ? { ...first }
      : typeof first === 'string' && !/^\d+$/.test(first)
        ? { path: first }
        : { port: first, host: typeof second === 'string' ? second : undefined }
  if (typeof options.path === 'string') {
    // On Windows a pipe may be another machine's: \\server\pipe\name.
    return { isHere: !/^\\\\(?![.?]\\)/.test(options.path), name: options.path }
  }
  const host = typeof options.host === 'string' && options.host !== '' ? options.host : 'localhost'
  return { isHere: isHere(host), name: `${host}:${String(options.port)}` }
}
