import './training.css'
import { useRoute } from '../../lib/route.ts'
import { Page } from '../../ui/Page.tsx'
import { NewRun } from './form/NewRun.tsx'
import { RunPage } from './run/RunPage.tsx'

/** `training`, `training/new`, `training/compare?ids=a,b`, `training/ID`. */
export function Screen() {
  const [, part] = useRoute().path
  if (part === 'new') return <NewRun />
  if (part !== undefined) return <RunPage key={part} id={part} />
  return <Page title="training">{null}</Page>
}
