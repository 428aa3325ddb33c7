import { AppError } from '../../contract/errors.ts'
import { withoutCredentials } from './index-settings.ts'

export type UvProgress = { readonly doneBytes: number; readonly announcedBytes: number; readonly note: string }

const units: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/**
 * Follows what uv prints when no terminal is there: it announces each file above a megabyte with its size and says when
 * it has arrived. Returns undefined for lines that tell nothing about progress.
 */
export function uvProgress(): (line: string) => UvProgress | undefined {
  const announced = new Map<string, number>()
  let doneBytes = 0
  let announcedBytes = 0
  return line => {
    const begun = /^\s*Downloading (\S+) \(([\d.]+)\s*(B|KiB|MiB|GiB)\)/.exec(line)
    if (begun?.[1]) {
      const bytes = Math.round(Number(begun[2]) * (units[begun[3] ?? 'B'] ?? 1))
      announced.set(begun[1], bytes)
      announcedBytes += bytes
      return { doneBytes, announcedBytes, note: `downloading ${begun[1]}` }
    }
    const arrived = /^\s*Downloaded (\S+)/.exec(line)?.[1]
    if (arrived) {
      doneBytes += announced.get(arrived) ?? 0
      announced.delete(arrived)
      return { doneBytes, announcedBytes, note: `${arrived} arrived` }
    }
    const stage = /^(Resolved|Prepared|Installed) (\d+) packages?/.exec(line)
    return stage ? { doneBytes, announcedBytes, note: stage[0].toLowerCase() } : undefined
  }
}

type Rule = { readonly when: RegExp; readonly error: (text: string) => AppError }

const rules: readonly Rule[] = [
  {
    when: /No space left on device|os error 28|Disk quota exceeded/,
    error: () =>
      new AppError('storage_full', 'The disk filled up while the environment was built.', {
        hint: 'Free space, or put the cache on another disk: XDG_CACHE_HOME=/other/disk. What was there before still works.',
      }),
  },
  {
    when: /[Hh]ash mismatch/,
    error: text =>
      new AppError('forbidden', `The index served a file that is not the locked one${packageIn(text)}.`, {
        hint: 'Its hash differs, so it was not installed. Use another index or mirror, and tell whoever runs this one.',
      }),
  },
  {
    when: /was not found in the (provided package locations|package registry|cache)|no wheels with a matching|there (is|are) no (version|wheels)/,
    error: text =>
      new AppError('missing_requirement', `A locked package is not where it was looked for${packageIn(text)}.`, {
        hint: 'The index, mirror or wheelhouse must carry every version in the lock, for this Python and platform.',
      }),
  },
  {
    when: /Failed to fetch|error sending request|dns error|Connect|timed out|Request failed|certificate|proxy/i,
    error: () =>
      new AppError('missing_requirement', 'The package index could not be reached.', {
        hint: 'Check the network, the proxy (HTTPS_PROXY), the certificate (SSL_CERT_FILE) and the index (pip config list), or build from a folder of wheels: --wheelhouse DIR. What was there before still works.',
      }),
  },
  {
    when: /Permission denied|Read-only file system|os error 13|os error 30/,
    error: () =>
      new AppError('missing_requirement', 'The cache folder cannot be written.', {
        hint: 'Make it writable for this user, or name another: XDG_CACHE_HOME=/path (and UV_CACHE_DIR if it is set).',
      }),
  },
]

/** Turns uv's failure into a cause and a remedy; its own words are kept in `details.output`, without credentials. */
export function uvFailure(stderr: string): AppError {
  const output = withoutCredentials(stderr.trim()).slice(-4000)
  const known = rules.find(({ when }) => when.test(output))?.error(output)
  return new AppError(known?.code ?? 'worker_failed', known?.message ?? 'uv could not install the packages.', {
    hint: known?.hint ?? `uv says: ${output.split('\n').at(-1)?.trim() ?? 'nothing'}`,
    details: { output },
  })
}

function packageIn(text: string): string {
  const name = /\b([A-Za-z0-9][\w.-]*==\w[\w.+!]*\w|[A-Za-z0-9][\w.-]*==\w)/.exec(text)
  return name ? ` (${name[1]})` : ''
}
