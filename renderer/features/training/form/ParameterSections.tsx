import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { Chip } from '../../../ui/bits.tsx'
import { useWords } from '../words.ts'
import { applies, type FoldedGroup, foldedGroups, isChanged, openGroups } from './form-model.ts'
import { ParameterField } from './ParameterField.tsx'
import { formText } from './text.ts'
import type { RunForm } from './use-run-form.ts'

/** The parameters that most runs are decided by, open. */
export function OpenSections({ form }: { readonly form: RunForm }) {
  const text = useText(formText)
  const { plan, effective } = form
  const steps = plan && (plan.steps === null ? text.stepsAtStart : text.steps(number(plan.steps)))
  const perStep = Number(effective.globalBatchSize) / Number(effective.microBatchSize)
  const consequence: Readonly<Record<string, string | undefined>> = {
    epochs: steps,
    maxSequenceLength: form.shortened && text.shortened(number(form.shortened.longest), number(form.shortened.wish)),
    globalBatchSize: Number.isInteger(perStep) ? text.accumulation(number(perStep)) : undefined,
  }
  return (['amount', 'fit'] as const).map(group => (
    <section key={group} aria-label={text[group]}>
      <h2>{text[group]}</h2>
      {openGroups[group].flatMap(key => {
        const item = form.items.find(each => each.key === key)
        return item ? [<ParameterField key={key} form={form} item={item} consequence={consequence[key]} />] : []
      })}
    </section>
  ))
}

/** Everything else, folded into lines that state their values. */
export function FoldedSections({ form }: { readonly form: RunForm }) {
  const text = useText(formText)
  const groups = foldedGroups(form.items)
  const items = groups.flatMap(group => group.items)
  const changed = items.filter(item => isChanged(item, form.draft.values)).length
  return (
    <section className="rest" aria-label={text.more}>
      <h2>
        {text.more}
        <small>{text.moreNote(items.length, changed)}</small>
      </h2>
      {groups.map(group => (
        <Folded key={group.name} form={form} group={group} />
      ))}
    </section>
  )
}

function Folded({ form, group }: { readonly form: RunForm; readonly group: FoldedGroup }) {
  const text = useText(formText)
  const words = useWords()
  const [isOpen, setOpen] = useState(false)
  const shown = group.items.filter(item => applies(item, form.effective))
  if (shown.length === 0) return null
  const changed = shown.filter(item => isChanged(item, form.draft.values)).length
  const isWrong = shown.some(item => form.problems.has(item.key))
  const summary = shown
    .map(item => `${words.label(item.key)} ${words.value(item.key, form.effective[item.key])}`)
    .join(text.comma)
  return (
    <>
      <button type="button" className="rest-line" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <ChevronRight size={14} className={isOpen ? 'turned' : undefined} />
        <b>{words.group(group.name)}</b>
        <span className="ell" title={summary}>
          {isOpen ? '' : summary}
        </span>
        {changed > 0 && <Chip tone={isWrong ? 'err' : 'acc'}>{text.changedCount(changed)}</Chip>}
        <em>{shown.length}</em>
      </button>
      {isOpen && (
        <div className="rest-open">
          {shown.map(item => (
            <ParameterField key={item.key} form={form} item={item} />
          ))}
        </div>
      )}
    </>
  )
}
