import '../jobs/jobs.css'
import './evaluation.css'
import { useRoute } from '../../lib/route.ts'
import { EvaluationList } from './EvaluationList.tsx'
import { EvaluationPage } from './EvaluationPage.tsx'

/** `evaluations`: all of them; `evaluations/ID`: one. */
export function Screen() {
  const { path } = useRoute()
  const [, id] = path
  return id === undefined ? <EvaluationList /> : <EvaluationPage key={id} id={id} />
}
