import { statfsSync } from 'node:fs'
import { AppError } from '../../../contract/errors.ts'

/** What an archive may be. A dataset of more is given as plain files. */
export const archiveLimits = {
  entries: 100_000,
  totalBytes: 256 * 1024 ** 3,
  /** Unpacked against packed size, once an archive is larger than `ratioFreeBytes`. JSON rarely passes 50. */
  ratio: 200,
  ratioFreeBytes: 64 * 1024 ** 2,
  nameBytes: 4096,
  /** What must stay free on the disk. */
  reserveBytes: 512 * 1024 ** 2,
} as const
export type ArchiveLimits = { readonly [K in keyof typeof archiveLimits]: number }

export const refused = (archive: string, why: string): AppError =>
  new AppError('invalid_input', `The archive ${archive} was refused: ${why}.`, {
    hint: 'Nothing was unpacked. Unpack it with a tool that you trust, look at it, and import the folder.',
  })

/** Judges an archive entry by entry; the first bad one refuses the whole archive. */
export class ArchiveGuard {
  readonly #archive: string
  readonly #packedBytes: number
  readonly #limits: ArchiveLimits
  readonly #freeBytes: number
  readonly #seen = new Map<string, string>()
  readonly #folders = new Set<string>()
  #entries = 0
  #unpackedBytes = 0

  constructor(archive: string, packedBytes: number, stagingDir: string, limits: ArchiveLimits = archiveLimits) {
    const { bavail, bsize } = statfsSync(stagingDir)
    this.#archive = archive
    this.#packedBytes = packedBytes
    this.#limits = limits
    this.#freeBytes = bavail * bsize
  }

  /** Admits a name, as the parts of a path that stays inside. Throws `invalid_input`. */
  admit(name: string, isFolder: boolean): readonly string[] {
    this.#entries += 1
    if (this.#entries > this.#limits.entries) throw this.refuse(`it has more than ${this.#limits.entries} entries`)
    const shown = JSON.stringify(name.slice(0, 120))
    if (name.includes('\0')) throw this.refuse(`the name ${shown} holds a zero byte`)
    if (/\p{Cc}/u.test(name)) throw this.refuse(`the name ${shown} holds control characters`)
    if (Buffer.byteLength(name) > this.#limits.nameBytes) throw this.refuse(`the name ${shown}… is too long`)
    if (/^[\\/]/.test(name)) throw this.refuse(`the name ${shown} is an absolute path`)
    if (/^[A-Za-z]:/.test(name)) throw this.refuse(`the name ${shown} names a drive`)
    const parts = name.split(/[\\/]/).filter(part => part !== '' && part !== '.')
    if (parts.includes('..')) throw this.refuse(`the name ${shown} leads outside`)
    if (parts.length === 0) {
      if (isFolder) return parts
      throw this.refuse(`the name ${shown} names nothing`)
    }
    this.#assertDistinct(parts, isFolder, shown)
    return parts
  }

  /** A size that a header declares. */
  assertSize(bytes: number): void {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw this.refuse('an entry has a negative or impossible size')
  }

  /** Counts bytes that are or will be unpacked. */
  count(bytes: number): void {
    this.assertSize(bytes)
    this.#unpackedBytes += bytes
    const { totalBytes, ratio, ratioFreeBytes, reserveBytes } = this.#limits
    if (this.#unpackedBytes > totalBytes) throw this.refuse(`it unpacks to more than ${totalBytes} bytes`)
    if (this.#unpackedBytes > ratioFreeBytes && this.#unpackedBytes > this.#packedBytes * ratio)
      throw this.refuse(`it unpacks to more than ${ratio} times its size, as bombs do`)
    if (this.#unpackedBytes > this.#freeBytes - reserveBytes)
      throw new AppError('storage_full', `There is not enough free space to unpack ${this.#archive}.`, {
        hint: `Free some space: ${reserveBytes} bytes must stay free. Nothing was unpacked.`,
      })
  }

  refuse(why: string): AppError {
    return refused(this.#archive, why)
  }

  // On a disk that ignores case or normalises Unicode, two such names are one file, and the second wins.
  #assertDistinct(parts: readonly string[], isFolder: boolean, shown: string): void {
    const folded = parts.map(part => part.normalize('NFKC').toLowerCase().normalize('NFKC'))
    const key = folded.join('/')
    const earlier = this.#seen.get(key)
    const name = parts.join('/')
    if (earlier !== undefined && (earlier !== name || !isFolder || !this.#folders.has(key)))
      throw this.refuse(`the name ${shown} collides with ${JSON.stringify(earlier.slice(0, 120))}`)
    this.#seen.set(key, name)
    if (isFolder) this.#folders.add(key)
    for (let depth = 1; depth < folded.length; depth += 1) {
      const parent = folded.slice(0, depth).join('/')
      const spelt = parts.slice(0, depth).join('/')
      const known = this.#seen.get(parent)
      if (known !== undefined && (known !== spelt || !this.#folders.has(parent)))
        throw this.refuse(`the name ${shown} collides with ${JSON.stringify(known.slice(0, 120))}`)
      this.#seen.set(parent, spelt)
      this.#folders.add(parent)
    }
  }
}
