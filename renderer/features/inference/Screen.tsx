import '../jobs/jobs.css'
import './inference.css'
import { useRoute } from '../../lib/route.ts'
import { DeploymentList } from './DeploymentList.tsx'
import { DeploymentPage } from './DeploymentPage.tsx'

/** `deployments`: all of them; `deployments/ID`: one. */
export function Screen() {
  const { path } = useRoute()
  const [, id] = path
  return id === undefined ? <DeploymentList /> : <DeploymentPage key={id} id={id} />
}
