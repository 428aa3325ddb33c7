import { Input } from 'antd'
import { useId } from 'react'
import { dictionary, useText } from '../../lib/i18n.ts'
import { GrowingText } from '../../ui/GrowingText.tsx'
import { LabelInput } from '../../ui/LabelInput.tsx'

const phrases = dictionary({
  name: ['Name', '名称'],
  description: ['Description', '说明'],
  labels: ['Labels', '标签'],
  labelsHint: ['Enter after each', '输入后按回车'],
})

/** What people say of a model or dataset. */
export type Description = {
  readonly name: string
  readonly description: string
  readonly labels: readonly string[]
}

type Props = {
  readonly value: Description
  readonly onChange: (part: Partial<Description>) => void
  readonly onEnter: () => void
  /** The name that is taken when none is typed. */
  readonly usualName?: string
  readonly autoFocus?: boolean
}

/** The fields in which a model or dataset is named and described, as it is imported and afterwards. */
export function DescribeFields({ value, onChange, onEnter, usualName, autoFocus = false }: Props) {
  const text = useText(phrases)
  const ids = { name: useId(), description: useId(), labels: useId() }
  return (
    <>
      <div className="field">
        <label htmlFor={ids.name}>{text.name}</label>
        <div className="ctl">
          <Input
            id={ids.name}
            autoFocus={autoFocus}
            dir="auto"
            maxLength={300}
            value={value.name}
            {...(usualName !== undefined && { placeholder: usualName })}
            onChange={event => onChange({ name: event.target.value })}
            onPressEnter={onEnter}
          />
        </div>
      </div>
      <div className="field">
        <label htmlFor={ids.labels}>{text.labels}</label>
        <div className="ctl">
          <LabelInput
            id={ids.labels}
            placeholder={text.labelsHint}
            value={value.labels}
            onChange={labels => onChange({ labels })}
          />
        </div>
      </div>
      <div className="field wide">
        <label htmlFor={ids.description}>{text.description}</label>
        <div className="ctl">
          <GrowingText
            id={ids.description}
            minRows={2}
            maxRows={5}
            dir="auto"
            maxLength={300}
            value={value.description}
            onChange={event => onChange({ description: event.target.value })}
          />
        </div>
      </div>
    </>
  )
}
