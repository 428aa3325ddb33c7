import { useMutation } from '@tanstack/react-query'
import { RotateCcw } from 'lucide-react'
import type { DeploymentDetail } from '../../../main/contract/inference.ts'
import { api } from '../../lib/client.ts'
import { dateTime } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Chip } from '../../ui/bits.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { engineName } from './deployment-words.ts'
import { versionsText } from './page-text.ts'

/** Every version that this name has served, and the way back to each. */
export function VersionsTab({ deployment }: { readonly deployment: DeploymentDetail }) {
  const text = useText(versionsText)
  const rollback = useMutation(api.inference.rollback.mutationOptions())
  return (
    <div className="scroll grow">
      {rollback.error && (
        <div className="sec">
          <FailureFault error={rollback.error} title={text.failed} />
        </div>
      )}
      <table className="plain">
        <thead>
          <tr>
            <th>{text.version}</th>
            <th>{text.model}</th>
            <th>{text.engine}</th>
            <th>{text.made}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {deployment.revisions.map(({ version, model, adapter, engine, createdAt, isCurrent }) => (
            <tr key={version}>
              <td>
                {`v${version} `}
                {isCurrent && <Chip tone="acc">{text.current}</Chip>}
              </td>
              <td className="ell version-model" dir="auto" title={model.name}>
                <a className="link" href={hrefTo('models', model.id)}>
                  {model.name}
                </a>
                {adapter && (
                  <>
                    {' + '}
                    <a className="link" href={hrefTo('models', adapter.id)}>
                      {adapter.name}
                    </a>
                  </>
                )}
              </td>
              <td className="sub">{engineName[engine]}</td>
              <td className="sub">{dateTime(createdAt)}</td>
              <td className="right">
                {!isCurrent && (
                  <ActionButton
                    needs="write"
                    size="small"
                    icon={<RotateCcw size={12} />}
                    aria-label={`${text.rollback}: v${version}`}
                    loading={rollback.isPending && rollback.variables.version === version}
                    onClick={() => rollback.mutate({ id: deployment.id, version })}
                  >
                    {text.rollback}
                  </ActionButton>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint versions-note">{text.note}</p>
    </div>
  )
}
