/** The one origin of the workstation's pages in the desktop window. */
export const scheme = 'app'
export const host = 'slipway'
export const homeUrl = `${scheme}://${host}/`

/**
 * Whether an address belongs to the workstation. Parsed, never compared as text: `app://slipway.evil/`,
 * `app://slipway@evil/` and `javascript:` addresses look alike only as strings.
 */
export function isOurs(address: string): boolean {
  const url = parse(address)
  return url?.protocol === `${scheme}:` && url.host === host && url.username === '' && url.password === ''
}

/** Addresses that a click may hand to the system's browser or mail program: nothing that could run or open a file. */
export function mayOpenOutside(address: string): boolean {
  const url = parse(address)
  if (url?.protocol === 'https:') return url.hostname !== '' && url.username === '' && url.password === ''
  return url?.protocol === 'mailto:'
}

/**
 * Where an address leads, for a record that others read: scheme, host and path, never its query or what a `data:` address
 * holds. At most 300 characters.
 */
export function placeOf(address: string | undefined): string {
  const url = address === undefined ? undefined : parse(address)
  if (!url) return 'nowhere'
  return (url.host === '' ? url.protocol : `${url.protocol}//${url.host}${url.pathname}`).slice(0, 300)
}

function parse(address: string): URL | undefined {
  try {
    return new URL(address)
  } catch {
    // Not an address at all: the caller refuses it like any other foreign one.
    return undefined
  }
}
