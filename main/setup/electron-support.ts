import * as z from 'zod'

const Version = z.string().regex(/^\d+\.\d+\.\d+$/)
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

/**
 * What is known of Electron's releases, kept in the repository (`electron-releases.json`) so that no network is needed to
 * look at it. `main/entry/electron-releases.ts` writes it.
 */
export const ElectronRecord = z.object({
  /** When the registry was asked (UTC). */
  lookedUpOn: Day,
  /** Its makers mend the newest three. */
  supportedMajors: z.array(z.number().int().positive()).min(1),
  /** Every release of those, with the day on which it came out (UTC). */
  releases: z.record(Version, Day),
})
export type ElectronRecord = z.output<typeof ElectronRecord>

const dayMs = 86_400_000
/** A missed patch may be this old; then the window must not be built with this Electron any more. */
const graceDays = 30

type Numbers = readonly [major: number, minor: number, patch: number]
const numbersOf = (version: string): Numbers => {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  return [major, minor, patch]
}
const order = (a: Numbers, b: Numbers): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]

/** Releases of the pinned one's line that it lacks, the oldest first. */
function missed(pinned: Numbers, record: ElectronRecord): readonly (readonly [version: string, day: string])[] {
  return Object.entries(record.releases)
    .filter(([version]) => numbersOf(version)[0] === pinned[0] && order(numbersOf(version), pinned) > 0)
    .sort(([a], [b]) => order(numbersOf(a), numbersOf(b)))
}

/**
 * Why the pinned Electron is too old to be shipped, as far as the record knows; nothing when it is not. Every release of a
 * line counts as a security patch: nearly each carries Chromium's, and the registry does not tell them apart.
 * @param pinned as package.json has it
 */
export function electronFaults(pinned: string, record: ElectronRecord, nowMs: number): readonly string[] {
  if (!Version.safeParse(pinned).success) return [`Electron is pinned to "${pinned}", which is no exact release.`]
  const numbers = numbersOf(pinned)
  if (!record.supportedMajors.includes(numbers[0]))
    return [`Electron ${pinned} gets no security patches: supported are ${record.supportedMajors.join(', ')}.`]
  if (record.releases[pinned] === undefined)
    return [`Electron ${pinned} is no release that the record of ${record.lookedUpOn} knows: look again.`]
  const [oldest] = missed(numbers, record)
  const ageDays = oldest === undefined ? 0 : Math.floor((nowMs - Date.parse(oldest[1])) / dayMs)
  if (oldest === undefined || ageDays <= graceDays) return []
  return [`Electron ${pinned} lacks ${oldest[0]}, which came out ${ageDays} days ago; ${graceDays} are allowed.`]
}

/** A record that nobody renews finds nothing: how old it is, in days, once that is more than a patch may be. */
export function staleDays(record: ElectronRecord, nowMs: number): number | undefined {
  const ageDays = Math.floor((nowMs - Date.parse(record.lookedUpOn)) / dayMs)
  return ageDays > graceDays ? ageDays : undefined
}
