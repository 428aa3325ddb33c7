import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { desktopLanguages, desktopThemes } from '../../preload/desktop-api.ts'

const whole = z.number().int().min(-100_000).max(100_000)

/** What the shell remembers between starts: native parts only. Everything else belongs to the backend. */
export const ShellSettings = z.object({
  language: z.enum(desktopLanguages).optional(),
  theme: z.enum(desktopThemes).optional(),
  window: z
    .object({
      x: whole,
      y: whole,
      width: whole.min(1),
      height: whole.min(1),
      state: z.enum(['normal', 'maximized', 'fullscreen']),
    })
    .optional(),
})
export type ShellSettings = z.output<typeof ShellSettings>

export type SettingsFile = {
  readonly current: () => ShellSettings
  /** Changes some and writes the file aside, then in place. A file that cannot be written costs only the memory of it. */
  readonly change: (some: ShellSettings) => void
}

/** Opens the shell's settings. A missing or damaged file means defaults: none of it is worth a failed start. */
export function openSettings(file: string, onError: (error: unknown) => void): SettingsFile {
  let settings = read(file)
  return {
    current: () => settings,
    change: some => {
      settings = { ...settings, ...some }
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
        writeFileSync(`${file}.new`, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600 })
        renameSync(`${file}.new`, file)
      } catch (error) {
        onError(error)
      }
    },
  }
}

function read(file: string): ShellSettings {
  try {
    return ShellSettings.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // First start, or a file that somebody else wrote: defaults.
    return {}
  }
}
