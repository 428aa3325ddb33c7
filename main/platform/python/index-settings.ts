import { AppError } from '../../contract/errors.ts'
import { pythonEnv } from './child-env.ts'
import type { Interpreter } from './interpreter.ts'
import type { Run } from './run.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where packages come from. Without any of these: wherever uv or pip are configured to look. */
export type Source = {
  /** An index or mirror to use instead of the configured one. May carry credentials: never printed. */
  readonly index?: string | undefined
  /** A folder of wheels; no network is used. */
  readonly wheelhouse?: string | undefined
}

/**
 * The environment that makes uv look where the user's pip looks: uv does not read pip's configuration, so an index,
 * proxy or certificate that an administrator set there would be missed. What is set for uv itself wins.
 */
export function uvIndexEnv(env: Environment, pip: ReadonlyMap<string, string>, source: Source): Record<string, string> {
  const own = Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        /^UV_(DEFAULT_)?INDEX|^UV_(FIND_LINKS|NO_INDEX|CACHE_DIR|NATIVE_TLS|SYSTEM_CERTS|INSECURE_HOST|HTTP_TIMEOUT|KEYRING_PROVIDER|OFFLINE|CONCURRENT_\w+|LINK_MODE)$/.test(
          entry[0],
        ),
    ),
  )
  const fromPip: Record<string, string> = {}
  const take = (key: string, variable: string) => {
    const value = pip.get(key)
    if (value) fromPip[variable] = value.trim().split(/\s+/).join(' ')
  }
  if (!own.UV_DEFAULT_INDEX && !own.UV_INDEX_URL) take('index-url', 'UV_DEFAULT_INDEX')
  if (!own.UV_INDEX && !own.UV_EXTRA_INDEX_URL) take('extra-index-url', 'UV_INDEX')
  if (!own.UV_FIND_LINKS) take('find-links', 'UV_FIND_LINKS')
  if (!own.UV_INSECURE_HOST) take('trusted-host', 'UV_INSECURE_HOST')
  if (!env.SSL_CERT_FILE) take('cert', 'SSL_CERT_FILE')
  if (pip.get('no-index') === 'true' || pip.get('no-index') === '1') fromPip.UV_NO_INDEX = '1'
  const proxy = pip.get('proxy')
  if (proxy && !env.HTTPS_PROXY && !env.https_proxy) Object.assign(fromPip, { HTTPS_PROXY: proxy, HTTP_PROXY: proxy })
  const chosen = source.index ? { UV_DEFAULT_INDEX: source.index } : {}
  if (source.index) {
    delete own.UV_INDEX_URL
    delete fromPip.UV_NO_INDEX
  }
  return { ...fromPip, ...own, ...chosen }
}

/** The settings pip would use, by name without their section: files and environment, in pip's own order. */
export async function pipSettings(
  python: Interpreter,
  { env, run }: { env: Environment; run: Run },
): Promise<ReadonlyMap<string, string>> {
  if (!python.pip) return fromEnvironment(env)
  const pipEnv = pythonEnv(env, pipVariables(env))
  const { code, stdout } = await run([python.executable, '-m', 'pip', 'config', 'list'], {
    env: pipEnv,
    timeoutMs: 30_000,
  })
  return code === 0 ? parsePipConfig(stdout) : fromEnvironment(env)
}

/** Reads what `pip config list` prints. `:env:` beats `install`/`download`, which beat `global`. */
export function parsePipConfig(text: string): Map<string, string> {
  const rank = (section: string) =>
    section === ':env:' ? 2 : section === 'install' ? 1 : section === 'global' ? 0 : -1
  const best = new Map<string, { rank: number; value: string }>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^(:env:|[\w-]+)\.([\w-]+)=(['"])(.*)\3$/.exec(line)
    const [, section = '', key = '', , value = ''] = match ?? []
    if (!match || rank(section) < (best.get(key)?.rank ?? 0)) continue
    best.set(key, { rank: rank(section), value: value.replaceAll('\\n', ' ') })
  }
  return new Map([...best].map(([key, { value }]) => [key, value]))
}

/** pip's own variables, which a call of pip needs and no other child gets. */
export const pipVariables = (env: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        entry[0].startsWith('PIP_') &&
        !/^PIP_(TARGET|PREFIX|USER|ROOT|REQUIRE_VIRTUALENV)$/.test(entry[0]),
    ),
  )

const fromEnvironment = (env: Environment): Map<string, string> =>
  new Map(
    Object.entries(pipVariables(env)).map(([key, value]) => [key.slice(4).toLowerCase().replaceAll('_', '-'), value]),
  )

/** Takes credentials out of addresses, for messages and logs. */
export const withoutCredentials = (text: string): string => text.replace(/(\w+:\/\/)[^\s/@]+@/g, '$1***@')

/** Refuses the network where policy forbids it (`SLIPWAY_OFFLINE=hard`). */
export function assertMayConnect(env: Environment, source: Source): void {
  if (env.SLIPWAY_OFFLINE !== 'hard' || source.wheelhouse) return
  throw new AppError('forbidden', 'SLIPWAY_OFFLINE=hard forbids downloads.', {
    hint: 'Build from a folder of wheels: slipway environments build training --wheelhouse DIR.',
  })
}

/**
 * pip's and uv's own variables, for a job that builds: its environment is an allow-list. Values with credentials stay
 * out, because a job's settings are kept on disk.
 */
export const indexVariables = (env: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        /^(PIP_|UV_|SLIPWAY_PYTHON$|SSL_CERT_|(https?|all|no)_proxy$)/i.test(entry[0]) &&
        !/:\/\/[^\s/@]+@/.test(entry[1]),
    ),
  )
