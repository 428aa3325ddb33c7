import { Button } from 'antd'
import { useSaid } from '../../../lib/backend-words.ts'
import { gib } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { facts } from '../../../lib/marks.ts'
import { useWords } from '../words.ts'
import type { Plan } from './draft.ts'
import { planText } from './text.ts'
import type { RunForm } from './use-run-form.ts'

/** What would make the run fit, the gentlest first; one click applies it. */
export function Remedies({ plan, form }: { readonly plan: Plan; readonly form: RunForm }) {
  const text = useText(planText)
  const words = useWords()
  const said = useSaid()
  const first = plan.memory.remedies.findIndex(({ parameters }) => Object.keys(parameters).length > 0)
  return (
    <ul className="fixes">
      {plan.memory.remedies.map(({ change, parameters, totalBytes, harm }, index) => {
        const keys = Object.keys(parameters)
        const name =
          keys.length === 0
            ? text.largerDevice
            : facts(
                ...keys.map(key =>
                  text.set(words.label(key), words.value(key, plan.parameters[key]), words.value(key, parameters[key])),
                ),
              )
        return (
          <li key={change} title={said(change)}>
            <div>
              <b>{name}</b>
              <p className="dim">{harm === undefined ? said(change) : text[harm]}</p>
            </div>
            <span className="right">
              {gib(totalBytes)} <span className="dim">GiB</span>
            </span>
            {keys.length > 0 && (
              <Button
                size="small"
                type={index === first ? 'primary' : 'default'}
                aria-label={text.applyThat(name)}
                onClick={() => form.setValues({ ...form.draft.values, ...parameters })}
              >
                {text.apply}
              </Button>
            )}
          </li>
        )
      })}
    </ul>
  )
}
