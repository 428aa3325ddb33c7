/** A path as people paste it, as the backend takes it: without quotes, without `file://`, without spaces around it. */
export function cleanPath(pasted: string): string {
  // A file manager copies several files as several lines: the first one counts.
  const line = pasted.trim().split(/\r?\n/)[0]?.trim() ?? ''
  const bare = /^(["'])(.*)\1$/.exec(line)?.[2] ?? line
  return bare.startsWith('file://') ? (pathOfUrl(bare) ?? bare) : bare
}

function pathOfUrl(url: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url).pathname)
    // file:///C:/models has the path /C:/models.
    return /^\/[a-z]:/i.test(path) ? path.slice(1) : path
  } catch {
    return undefined
  }
}

/** The folder of a path, in the spelling of the path's own system; the path itself at the root. */
export function folderOf(path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  return cut < 0 ? path : cut === 0 ? path.slice(0, 1) : path.slice(0, cut)
}

/** The last part of a path: what a person calls the file or folder. */
export const nameOf = (path: string): string =>
  path
    .replace(/[/\\]+$/, '')
    .split(/[/\\]/)
    .at(-1) ?? path

/** A name within a folder, in the spelling of the folder's own system. */
export function joinPath(folder: string, name: string): string {
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/'
  return /[/\\]$/.test(folder) ? `${folder}${name}` : `${folder}${separator}${name}`
}
