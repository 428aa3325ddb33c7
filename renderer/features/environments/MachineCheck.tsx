import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { RotateCw } from 'lucide-react'
import type { Check } from '../../../main/contract/environments.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { api } from '../../lib/client.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { Glyph, type GlyphState } from '../../ui/Glyph.tsx'
import { checkName } from './check-words.ts'
import './environments.css'

const phrases = dictionary({
  title: ['Machine check', '本机检查'],
  again: ['Check again', '重新检查'],
  ready: [
    (ok: number, all: number) => `${ok} of ${all} ready`,
    (ok: number, all: number) => `${all} 项中 ${ok} 项就绪`,
  ],
  fix: ['Repair', '修复'],
  unread: ['This machine could not be checked', '无法检查本机'],
  notFixed: ['The repair did not succeed', '修复未成功'],
})

const glyph: Record<Check['status'], GlyphState> = { ok: 'ok', warn: 'warn', fail: 'fail' }
const weight: Record<Check['status'], number> = { fail: 0, warn: 1, ok: 2 }

/** What Slipway stands on: what is not well comes first, with its cause, its remedy and the button that does it. */
export function MachineCheck() {
  const text = useText(phrases)
  const names = useText(checkName)
  const said = useSaid()
  const queries = useQueryClient()
  const found = useQuery(api.doctor.check.queryOptions({ input: {} }))
  const fix = useMutation(
    api.doctor.fix.mutationOptions({
      onSuccess: ({ ok, checks }) =>
        queries.setQueryData(api.doctor.check.queryOptions({ input: {} }).queryKey, { ok, checks }),
    }),
  )
  const checks = (found.data?.checks ?? []).slice().sort((a, b) => weight[a.status] - weight[b.status])
  const nameOf = (name: string) => (Object.hasOwn(names, name) ? names[name as keyof typeof names] : name)
  return (
    <section aria-labelledby="machine-check">
      <div className="h2">
        <span id="machine-check">{text.title}</span>
        {found.data && (
          <small>{text.ready(checks.filter(({ status }) => status === 'ok').length, checks.length)}</small>
        )}
        <span className="grow" />
        <Button
          size="small"
          type="text"
          icon={<RotateCw size={13} />}
          loading={found.isFetching}
          onClick={() => void found.refetch()}
        >
          {text.again}
        </Button>
      </div>
      {found.error && <FailureFault error={found.error} title={text.unread} onRetry={() => void found.refetch()} />}
      {fix.error && <FailureFault error={fix.error} title={text.notFixed} />}
      {found.isPending && <CheckBones />}
      <ul className="checks">
        {checks.map(({ name, status, cause, remedy, fixable }) => (
          <li key={name} className={status === 'ok' ? undefined : 'bad'} data-status={status}>
            <Glyph state={glyph[status]} size={13} />
            <div>
              <b>{nameOf(name)}</b>
              <p className={status === 'ok' ? 'dim' : 'sub'} dir="auto">
                {said(cause)}
              </p>
              {remedy !== undefined && <p dir="auto">{said(remedy)}</p>}
              {fixable && (
                <div className="acts">
                  <ActionButton
                    needs="admin"
                    size="small"
                    loading={fix.isPending}
                    onClick={() => fix.mutate({ only: [name] })}
                  >
                    {text.fix}
                  </ActionButton>
                </div>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

const CheckBones = () => (
  <ul className="checks" aria-busy>
    {[48, 62, 55, 70, 44, 58, 66].map(width => (
      <li key={width}>
        <i className="bone" style={{ width: 13, height: 13, borderRadius: '50%' }} />
        <i className="bone" style={{ width: `${width}%` }} />
      </li>
    ))}
  </ul>
)
