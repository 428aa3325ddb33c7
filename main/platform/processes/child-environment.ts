import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

// Everything else stays out of a job: above all keys and tokens that happen to be in the user's shell.
const allowed = new Set(
  [
    'PATH HOME USER LOGNAME SHELL LANG LANGUAGE LC_ALL LC_CTYPE TZ TMPDIR TEMP TMP XDG_RUNTIME_DIR XDG_CACHE_HOME',
    'OMP_NUM_THREADS LD_LIBRARY_PATH CUDA_VISIBLE_DEVICES CUDA_DEVICE_ORDER HIP_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES',
    'SYSTEMROOT WINDIR COMSPEC PATHEXT APPDATA LOCALAPPDATA USERPROFILE PROGRAMDATA NUMBER_OF_PROCESSORS',
    'SLIPWAY_OFFLINE',
  ]
    .join(' ')
    .split(' '),
)

/** The environment of a job: an allow-list of the backend's, and what its domain adds. */
export function childEnvironment(env: Environment, added: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && allowed.has(keyOf(entry[0])),
  )
  return { ...Object.fromEntries(kept), ...added }
}

// Windows names its variables in any case (Path, SystemRoot).
const keyOf = (name: string): string => (process.platform === 'win32' ? name.toUpperCase() : name)

/** Where a command would be found, or why not: the shell's own words for it would be an exit code 127. */
export function findExecutable(
  file: string,
  { cwd, path }: { readonly cwd: string; readonly path: string | undefined },
): { readonly found: string } | { readonly code: 'ENOENT' | 'EACCES' } {
  const candidates = file.includes('/')
    ? [isAbsolute(file) ? file : join(cwd, file)]
    : (path ?? '')
        .split(delimiter)
        .filter(Boolean)
        .map(folder => join(folder, file))
  let code: 'ENOENT' | 'EACCES' = 'ENOENT'
  for (const candidate of candidates) {
    if (!statSync(candidate, { throwIfNoEntry: false })?.isFile()) continue
    try {
      accessSync(candidate, constants.X_OK)
      return { found: candidate }
    } catch {
      code = 'EACCES'
    }
  }
  return { code }
}
