import { InputNumber } from 'antd'
import { useId } from 'react'
import { useText } from '../../../lib/i18n.ts'
import { FieldRow } from './FieldRow.tsx'
import { formText } from './text.ts'
import type { RunForm } from './use-run-form.ts'

const least = 0.01
const most = 10

/** How often the rows of each dataset are used: a mixture of several, or a part of a large one. */
export function SamplingRates({ form }: { readonly form: RunForm }) {
  const text = useText(formText)
  const id = useId()
  const { draft, update } = form
  const { datasets, rates = {} } = draft
  const isMixed = datasets.length > 1 || datasets.some(data => rates[data.id] !== undefined)
  if (!isMixed) return null
  const setRate = (dataset: string, rate: number | null) => {
    const { [dataset]: _, ...others } = rates
    update({ rates: rate === null || rate === 1 ? others : { ...others, [dataset]: rate } })
  }
  return (
    <FieldRow label={text.sampling} hint={text.samplingHint}>
      <ul className="sampling">
        {datasets.map(data => (
          <li key={data.id}>
            <label htmlFor={`${id}-${data.id}`} className="ell" dir="auto" title={data.name}>
              {data.name}
            </label>
            <InputNumber<number>
              id={`${id}-${data.id}`}
              size="small"
              min={least}
              max={most}
              step={0.1}
              prefix="×"
              value={rates[data.id] ?? 1}
              onChange={rate => setRate(data.id, rate)}
            />
          </li>
        ))}
      </ul>
    </FieldRow>
  )
}
