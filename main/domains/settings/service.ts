import type { Handlers } from '../../contract/method.ts'
import { Settings, type settings } from '../../contract/settings.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import type { ApiListener } from '../../platform/http/api-listener.ts'
import type { Log } from '../../platform/log.ts'
import { putSetting, storedSettings } from './repo.ts'

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly listener: Pick<ApiListener, 'state' | 'open' | 'close' | 'failed'>
}

export type SettingsDomain = {
  readonly handlers: Handlers<typeof settings>
  /** Opens the API listener if it is wished for. A port that is taken does not stop the backend: the settings say so. */
  readonly start: () => Promise<void>
}

/** What a person chose, and the one setting that acts by itself: the API listener. */
export function createSettings({ store, clock, log, listener }: Deps): SettingsDomain {
  const current = (): Settings => {
    const stored = storedSettings(store.read)
    const read = Object.entries(Settings.shape).map(([key, schema]) => {
      const text = stored.get(key)
      const parsed = schema.safeParse(text === undefined ? undefined : JSON.parse(text))
      // A value that an older or newer build wrote, and this one does not know: the default holds.
      return [key, parsed.success ? parsed.data : schema.parse(undefined)]
    })
    return Settings.parse(Object.fromEntries(read))
  }
  const answer = () => ({ settings: current(), listener: listener.state() })

  return {
    handlers: {
      get: async () => answer(),
      update: async (given, call) => {
        const before = current()
        const changed = Object.entries(given).filter(
          ([key, value]) => value !== undefined && value !== before[key as keyof Settings],
        )
        const wished = { ...before, ...Object.fromEntries(changed) }
        const isOpen = listener.state().state === 'on'
        // First the port: one that is taken must leave the settings as they were.
        if (wished.apiListener) await listener.open(wished.apiPort)
        try {
          store.commit(call, changed.map(([key]) => key).join(' '), tx => {
            for (const [key, value] of changed) putSetting(tx, key, value, clock.nowMs())
            tx.announce({ topic: 'settings', kind: 'changed' })
          })
        } catch (error) {
          if (!isOpen) listener.close()
          throw error
        }
        if (!wished.apiListener) listener.close()
        return answer()
      },
    },
    start: async () => {
      const { apiListener, apiPort } = current()
      if (!apiListener) return
      try {
        await listener.open(apiPort)
      } catch (error) {
        log.warn('the API listener could not be opened', { port: apiPort, error })
        listener.failed(error)
      }
    },
  }
}
