import { delimiter } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

// What a Python child may see of our environment. Everything else stays out: API keys and tokens, and the many
// variables with which a user's shell bends Python (PYTHONPATH, PYTHONHOME, CONDA_*, VIRTUAL_ENV, PIP_*, LD_PRELOAD).
const allowed = new Set(
  [
    'PATH HOME USER LOGNAME SHELL LANG LANGUAGE LC_ALL LC_CTYPE TZ TMPDIR TEMP TMP',
    'XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR',
    'HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy',
    'SSL_CERT_FILE SSL_CERT_DIR',
    'OMP_NUM_THREADS',
    'LD_LIBRARY_PATH CUDA_VISIBLE_DEVICES CUDA_DEVICE_ORDER HIP_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES',
    'SYSTEMROOT WINDIR COMSPEC PATHEXT APPDATA LOCALAPPDATA USERPROFILE PROGRAMDATA PROGRAMFILES NUMBER_OF_PROCESSORS',
  ]
    .join(' ')
    .split(' '),
)

/** The environment of a Python child: an allow-list of ours, and what makes Python behave the same on every machine. */
export function pythonEnv(env: Environment, added: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && allowed.has(keyOf(entry[0])),
  )
  return { ...Object.fromEntries(kept), PYTHONNOUSERSITE: '1', PYTHONUTF8: '1', ...added }
}

// Windows names its variables in any case (Path, SystemRoot).
const keyOf = (name: string): string => (process.platform === 'win32' ? name.toUpperCase() : name)

/** The folders of PATH, in order. */
export const pathFolders = (env: Environment): string[] => (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean)
