import { useId } from 'react'
import { useSaid } from '../../../lib/backend-words.ts'
import { useText } from '../../../lib/i18n.ts'
import { useView } from '../../../lib/view.ts'
import { rangeWords, useWords } from '../words.ts'
import type { Parameter } from './draft.ts'
import { FieldRow } from './FieldRow.tsx'
import { applies, isChanged, problemOf } from './form-model.ts'
import { ParameterControl } from './ParameterControl.tsx'
import { formText } from './text.ts'
import type { RunForm } from './use-run-form.ts'

type Props = {
  readonly form: RunForm
  readonly item: Parameter
  /** What this value comes to here, such as a number of steps; stands before the help. */
  readonly consequence?: string | undefined
}

/** One parameter of the schema: its control, what it does, its range, and what others call it. */
export function ParameterField({ form, item, consequence }: Props) {
  const text = useText(formText)
  const said = useSaid()
  const words = useWords()
  const language = useView(view => view.language)
  const id = useId()
  if (!applies(item, form.effective)) return null
  const value = form.effective[item.key]
  const mine = problemOf(item, form.draft.values[item.key])
  const range = rangeWords(item, text.to)
  const refused = form.problems.get(item.key)
  const help = language === 'zh' ? item.helpZh : item.help
  const problem =
    mine === 'type'
      ? item.type === 'integer'
        ? text.notInteger
        : text.notNumber
      : mine === 'range'
        ? range && item.range
          ? text.outOfRange(words.value(item.key, item.range.min), words.value(item.key, item.range.max))
          : said(item.allowed)
        : refused && said(refused)
  // Figures first: the sentence comes where somebody looks.
  const isBrief = consequence !== undefined || range !== undefined
  const defaultValue =
    item.defaultFrom === undefined ? words.value(item.key, item.default) : text.follows(words.label(item.defaultFrom))
  const facts: readonly (readonly [string, string | undefined])[] = [
    [text.key, item.key],
    [text.ranges, range],
    [text.transformers, item.transformersName],
    [text.qianfan, item.qianfanName],
  ]
  const known = facts.filter(([, fact]) => fact !== undefined)
  return (
    <FieldRow
      label={words.label(item.key)}
      controlId={id}
      tip={
        <dl className="field-facts">
          {known.map(([name, fact]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{fact}</dd>
            </div>
          ))}
          <div>
            <dt>{text.isDefault(defaultValue)}</dt>
          </div>
        </dl>
      }
      isChanged={isChanged(item, form.draft.values)}
      defaultValue={defaultValue}
      onReset={() => form.setValue(item.key, undefined)}
      problem={problem}
      hint={
        isBrief ? (
          <>
            {consequence !== undefined && (
              <b className="sub">{range === undefined ? consequence : text.sentence(consequence)}</b>
            )}
            {range !== undefined && <span className="sub">{range}</span>}
          </>
        ) : (
          help
        )
      }
      more={isBrief ? `${text.sentence('')}${help}` : undefined}
      hintTitle={help}
    >
      <ParameterControl
        id={id}
        item={item}
        value={value}
        words={words}
        isWrong={problem !== undefined}
        describedBy={`${id}-facts`}
        onChange={next => form.setValue(item.key, next)}
      />
      <span id={`${id}-facts`} className="sr-only">
        {[help, ...known.map(([name, fact]) => text.fact(name, fact ?? ''))].join(' ')}
      </span>
    </FieldRow>
  )
}
