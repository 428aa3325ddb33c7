import { useEffect } from 'react'
import type { DesktopCommand, DesktopLanguage, SlipwayDesktop } from '../../preload/desktop-api.ts'
import { desktop } from '../lib/desktop.ts'
import { useLiveJobs } from '../lib/live-jobs.ts'
import { go } from '../lib/route.ts'
import { type Language, useView } from '../lib/view.ts'
import { type CommandId, commands } from './commands.ts'
import { useOpenPaths } from './DropZone.tsx'

const run = (id: CommandId): void => commands.find(command => command.id === id)?.run()

/** What the native menu, the tray and notifications ask for. A command without a line here does not compile. */
const actions: Record<DesktopCommand, () => void> = {
  palette: () => run('palette'),
  settings: () => run('settings'),
  shortcuts: () => run('keys'),
  jobs: () => run('jobs'),
  'theme.toggle': () => run('theme'),
  'rail.toggle': () => run('rail'),
  'go.back': () => history.back(),
  'go.forward': () => history.forward(),
  'go.home': () => go('home'),
  'go.models': () => go('models'),
  'go.datasets': () => go('datasets'),
  'go.training': () => go('training'),
  'go.evaluations': () => go('evaluations'),
  'go.deployments': () => go('deployments'),
  'go.playground': () => go('playground'),
  'go.environments': () => go('environments'),
  'go.resources': () => go('resources'),
  'models.import': () => run('importModel'),
  'datasets.import': () => run('importDataset'),
}

const nativeLanguage: Record<Language, DesktopLanguage> = { en: 'en', zh: 'zh-CN' }

/** Listens to the desktop window for as long as the page lives: its commands, and files that were opened from outside. */
function follow({ onCommand, onOpenFiles }: SlipwayDesktop, openPaths: (paths: readonly string[]) => void): () => void {
  const ends = [onCommand(command => actions[command]()), onOpenFiles(openPaths)]
  return () => {
    for (const end of ends) end()
  }
}

/** Joins the page with its desktop window, where there is one: menus, opened files, language, theme and badge. */
export function useDesktopBridge(): void {
  const language = useView(view => view.language)
  const theme = useView(view => view.theme)
  // A deployment that serves is not waited for, so it is no number on the icon.
  const live = useLiveJobs().filter(job => job.kind !== 'deployment' || job.state !== 'running').length
  const openPaths = useOpenPaths()
  useEffect(() => desktop && follow(desktop, openPaths), [openPaths])
  useEffect(() => void desktop?.setLanguage(nativeLanguage[language]), [language])
  useEffect(() => void desktop?.setTheme(theme), [theme])
  useEffect(() => void desktop?.setBadge(live), [live])
}
