import { ArrowRight, Settings, Square, SquareTerminal } from 'lucide-react'
import { settingsSections, settingsText } from '../../features/settings/text.ts'
import { useAccess, useLacks } from '../../lib/access.ts'
import { dictionary, textOf, useText } from '../../lib/i18n.ts'
import { useLiveJobs } from '../../lib/live-jobs.ts'
import { go } from '../../lib/route.ts'
import { useView } from '../../lib/view.ts'
import { commands, commandText } from '../commands.ts'
import { navigationText, places } from '../navigation.ts'
import { type Item, type Ranked, rankItems } from './items.ts'
import { useFoundAssets } from './use-found-assets.ts'
import { useOwnItems } from './use-own-items.ts'

const phrases = dictionary({
  stop: [(run: string) => `Stop ${run} and save a checkpoint`, (run: string) => `停止 ${run} 并保存检查点`],
  setting: [(section: string) => `Settings: ${section}`, (section: string) => `设置：${section}`],
})

/** What the palette lists for a query, best first; without one, every command and page. */
export function usePaletteItems(query: string): { readonly items: readonly Ranked[]; readonly isAsking: boolean } {
  const own = useOwnItems()
  const fixed = [...useCommands(), ...useStops(), ...usePlaces()]
  const { items: found, isAsking } = useFoundAssets(query)
  const sections = useSettings()
  const all = query === '' ? fixed : [...fixed, ...sections, ...own, ...found]
  return { items: rankItems(all, query), isAsking }
}

/** Whoever knows a thing by its name in the other language finds it too. */
const useOtherLanguage = () => (useView(view => view.language) === 'en' ? 'zh' : 'en')

function useCommands(): readonly Item[] {
  const names = useText(commandText)
  const others = textOf(commandText, useOtherLanguage())
  const access = useAccess()
  const lackOf = useLacks()
  return commands
    .filter(({ isFor }) => isFor?.(access) ?? true)
    .map(({ id, keys, cli, needs, run }) => ({
      key: `command ${id}`,
      group: 'commands',
      icon: SquareTerminal,
      name: names[id],
      keys,
      cli,
      also: [others[id]],
      lack: needs && lackOf(needs),
      run,
    }))
}

/** Runs that go on just now can be stopped from anywhere; the run's own page asks before it does. */
function useStops(): readonly Item[] {
  const text = useText(phrases)
  const lackOf = useLacks()
  return useLiveJobs()
    .filter(({ kind, state }) => kind === 'training' && state !== 'stopping')
    .map(({ name, subjectId }) => ({
      key: `stop ${subjectId}`,
      group: 'commands',
      icon: Square,
      name: text.stop(name),
      cli: `training stop ${subjectId} --save`,
      lack: lackOf('write'),
      run: () => go('training', subjectId, { dialog: 'stop' }),
    }))
}

function usePlaces(): readonly Item[] {
  const pages = useText(navigationText)
  const others = textOf(navigationText, useOtherLanguage())
  return places.map(({ page, letter }) => ({
    key: `page ${page}`,
    group: 'places',
    icon: ArrowRight,
    name: pages[page],
    keys: `G ${letter}`,
    also: [others[page]],
    run: () => go(page),
  }))
}

function useSettings(): readonly Item[] {
  const text = useText(phrases)
  const sections = useText(settingsText)
  const others = textOf(settingsText, useOtherLanguage())
  return settingsSections.map(section => ({
    key: `settings ${section}`,
    group: 'places',
    icon: Settings,
    name: text.setting(sections[section]),
    also: [sections[section], others[section]],
    run: () => go('settings', { section }),
  }))
}
