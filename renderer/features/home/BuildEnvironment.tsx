import { useMutation } from '@tanstack/react-query'
import type { Job } from '../../../main/contract/jobs.ts'
import { api } from '../../lib/client.ts'
import { useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Kbd } from '../../ui/bits.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { StepProgress } from './StepProgress.tsx'
import { tourText } from './tour-text.ts'

/** Tuning needs a Python environment: it is built from here, or on its own page with more choices. */
export function BuildEnvironment({ jobs }: { readonly jobs: readonly Job[] }) {
  const text = useText(tourText)
  const build = useMutation(api.environments.build.mutationOptions())
  if (jobs.length > 0) {
    return (
      <>
        <p className="sub">{text.building}</p>
        <StepProgress jobs={jobs} />
      </>
    )
  }
  return (
    <>
      {build.error ? (
        <FailureFault error={build.error} title={text.noEnvironment} />
      ) : (
        <Fault tone="warn" title={text.noEnvironment} cause={text.noEnvironmentCause} />
      )}
      <div className="acts">
        <ActionButton
          needs="admin"
          type="primary"
          loading={build.isPending}
          onClick={() => build.mutate({ name: 'training' })}
        >
          {text.build}
        </ActionButton>
        <a className="link" href={hrefTo('environments')}>
          {text.open}
        </a>
        <Kbd keys="Ctrl Enter" />
      </div>
    </>
  )
}
