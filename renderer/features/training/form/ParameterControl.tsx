import { Input, InputNumber, Segmented, Select, Switch } from 'antd'
import { useState } from 'react'
import { shortNumber } from '../numbers.ts'
import type { Words } from '../words.ts'
import type { Parameter } from './draft.ts'

type Props = {
  readonly id: string
  readonly item: Parameter
  readonly value: unknown
  readonly words: Words
  readonly isWrong: boolean
  readonly describedBy: string
  readonly onChange: (value: unknown) => void
}

/** The control that a parameter's type asks for. */
export function ParameterControl(props: Props) {
  const { id, item, value, words, isWrong, describedBy, onChange } = props
  const label = words.label(item.key)
  switch (item.type) {
    case 'integer':
    case 'number':
      return <NumberControl {...props} />
    case 'boolean':
      return (
        <Switch
          id={id}
          size="small"
          checked={value === true}
          aria-label={label}
          aria-describedby={describedBy}
          onChange={onChange}
        />
      )
    case 'choice': {
      const options = (item.choices ?? []).map(choice => ({ value: choice, label: words.choice(item.key, choice) }))
      return options.length <= 3 ? (
        <Segmented value={String(value)} options={options} aria-label={label} onChange={onChange} />
      ) : (
        <Select
          id={id}
          className="field-select"
          value={String(value)}
          options={options}
          aria-label={label}
          onChange={onChange}
        />
      )
    }
    case 'list':
      return (
        <Select
          id={id}
          mode="tags"
          className="field-tags"
          value={Array.isArray(value) ? value.map(String) : []}
          open={false}
          suffixIcon={null}
          tokenSeparators={[',', ' ', '，']}
          aria-label={label}
          {...(isWrong && { status: 'error' as const })}
          onChange={onChange}
        />
      )
    case 'string':
      return (
        <Input
          id={id}
          className="field-select"
          value={String(value ?? '')}
          aria-describedby={describedBy}
          {...(isWrong && { status: 'error' as const })}
          onChange={event => onChange(event.target.value)}
        />
      )
    default:
      return item.type satisfies never
  }
}

/** As far as an arrow key moves: a tenth of the value's own size, and whole numbers by one. */
const stepOf = ({ type }: Parameter, value: number): number =>
  type === 'integer' ? 1 : value > 0 ? 10 ** (Math.floor(Math.log10(value)) - (value < 1 ? 0 : 1)) : 0.1

function NumberControl({ id, item, value, words, isWrong, describedBy, onChange }: Props) {
  // An emptied field stays empty until it is left: the default must not jump under the hands of whoever types.
  const [isEmptied, setEmptied] = useState(false)
  const shown = isEmptied || value === undefined || value === null ? null : Number(value)
  return (
    <InputNumber<number>
      id={id}
      className="field-number"
      value={shown}
      placeholder={words.value(item.key, item.default)}
      step={stepOf(item, shown ?? 0)}
      {...(item.unit !== undefined && { suffix: <span className="field-unit">{words.unit(item.unit)}</span> })}
      {...(isWrong && { status: 'error' as const })}
      formatter={(each, { userTyping, input }) =>
        userTyping ? input : String(each ?? '') === '' || Number.isNaN(Number(each)) ? '' : shortNumber(Number(each))
      }
      parser={text => Number((text ?? '').replaceAll(/[,\s]/g, '') || Number.NaN)}
      aria-describedby={describedBy}
      onChange={next => {
        const isNumber = typeof next === 'number' && !Number.isNaN(next)
        setEmptied(!isNumber)
        onChange(isNumber ? next : undefined)
      }}
      onBlur={() => setEmptied(false)}
    />
  )
}
