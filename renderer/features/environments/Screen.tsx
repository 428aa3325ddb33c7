import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/client.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { hrefTo, useRoute } from '../../lib/route.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import { Page } from '../../ui/Page.tsx'
import { AdoptDialog } from './AdoptDialog.tsx'
import { BuildDialog } from './BuildDialog.tsx'
import { EnvironmentDetail } from './EnvironmentDetail.tsx'
import { MachineCheck } from './MachineCheck.tsx'
import { environmentGlyph, environmentNameText, environmentStateText, environmentsText } from './text.ts'
import './environments.css'

const phrases = dictionary({ check: ['Machine check', '本机检查'] })

/** The Python environments that work is done in, and the check of what all of it stands on. */
export function Screen() {
  const text = useText(environmentsText)
  const names = useText(environmentNameText)
  const states = useText(environmentStateText)
  const { check } = useText(phrases)
  const { path, query } = useRoute()
  const found = useQuery(api.environments.list.queryOptions({ input: {} }))
  const items = found.data?.items ?? []
  const chosen = items.find(({ name }) => name === path[1]) ?? items[0]
  const nameOf = (name: string) => (Object.hasOwn(names, name) ? names[name as 'training'] : name)
  return (
    <Page title={text.title} meta={<span className="ell">{text.note}</span>}>
      <div className="body env-page">
        <nav className="side l env-list" aria-label={text.list} aria-busy={found.isPending}>
          {found.isPending && <i className="bone" style={{ width: 140, margin: 12 }} />}
          {items.map(({ name, state, source }) => (
            <a
              key={name}
              href={hrefTo('environments', name)}
              className={name === chosen?.name ? 'on' : undefined}
              aria-current={name === chosen?.name ? 'true' : undefined}
            >
              <Glyph state={environmentGlyph[state]} label={states[state]} />
              <b className="ell">{nameOf(name)}</b>
              {source === 'adopted' && <span className="dim">{text.adopted}</span>}
            </a>
          ))}
        </nav>
        <div className="scroll grow env-detail">
          {found.error && (
            <div className="sec">
              <FailureFault error={found.error} title={text.unread} onRetry={() => void found.refetch()} />
            </div>
          )}
          {chosen && <EnvironmentDetail key={chosen.name} listed={chosen} label={nameOf(chosen.name)} />}
        </div>
        <aside className="side env-side" aria-label={check}>
          <MachineCheck />
        </aside>
        {chosen && query.dialog === 'build' && <BuildDialog environment={chosen} label={nameOf(chosen.name)} />}
        {chosen && query.dialog === 'adopt' && <AdoptDialog name={chosen.name} label={nameOf(chosen.name)} />}
      </div>
    </Page>
  )
}
