import './training.css'
import { useRoute } from '../../lib/route.ts'
import { Compare } from './compare/Compare.tsx'
import { NewRun } from './form/NewRun.tsx'
import { RunList } from './list/RunList.tsx'
import { RunPage } from './run/RunPage.tsx'

/** `training`, `training/new`, `training/compare?ids=a,b`, `training/ID`. */
export function Screen() {
  const [, part] = useRoute().path
  if (part === undefined) return <RunList />
  if (part === 'new') return <NewRun />
  if (part === 'compare') return <Compare />
  return <RunPage key={part} id={part} />
}
