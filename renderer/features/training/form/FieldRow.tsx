import { Tooltip } from 'antd'
import { RotateCcw } from 'lucide-react'
import { useText } from '../../../lib/i18n.ts'
import { facts, named } from '../../../lib/marks.ts'
import { formText } from './text.ts'

type Props = {
  readonly label: React.ReactNode
  /** Of the control: a click on the label goes there. */
  readonly controlId?: string
  readonly tip?: React.ReactNode
  readonly isChanged?: boolean
  /** What it would be again. */
  readonly defaultValue?: string
  readonly onReset?: () => void
  readonly hint?: React.ReactNode
  /** What is said besides, to whoever points at the field or is in it: the row has room for two lines. */
  readonly more?: string | undefined
  /** All that the hint says, should two lines not hold it. */
  readonly hintTitle?: string
  readonly problem?: string | undefined
  readonly children: React.ReactNode
}

/** One line of the form: label, control, one grey hint; a dot where it differs from the default. */
export function FieldRow(props: Props) {
  const { label, controlId, tip, isChanged, defaultValue, onReset, hint, more, hintTitle, problem, children } = props
  const text = useText(formText)
  const name = controlId === undefined ? <span>{label}</span> : <label htmlFor={controlId}>{label}</label>
  return (
    <div className="field">
      <div className="field-name">
        {tip === undefined ? (
          name
        ) : (
          <Tooltip title={tip} placement="topLeft">
            {name}
          </Tooltip>
        )}
        {isChanged && (
          <Tooltip title={facts(text.changed, text.reset(defaultValue ?? ''))}>
            <button
              type="button"
              className="field-reset"
              aria-label={named(typeof label === 'string' ? label : '', text.reset(defaultValue ?? ''))}
              onClick={onReset}
            >
              <i className="dot" />
              <RotateCcw size={12} />
            </button>
          </Tooltip>
        )}
      </div>
      <div className="ctl">
        {children}
        {problem !== undefined ? (
          <span className="hint tx-err" role="alert">
            {problem}
          </span>
        ) : (
          hint !== undefined && (
            <span className="hint" title={hintTitle}>
              {hint}
              {more !== undefined && <span className="more">{more}</span>}
            </span>
          )
        )}
      </div>
    </div>
  )
}
