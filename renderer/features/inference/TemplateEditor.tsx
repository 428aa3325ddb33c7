import { Input } from 'antd'

type Props = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

/** Jinja, written as code. */
export const TemplateEditor = ({ label, value, onChange }: Props) => (
  <Input.TextArea
    className="mono"
    aria-label={label}
    autoSize={{ minRows: 6, maxRows: 14 }}
    spellCheck={false}
    value={value}
    onChange={event => onChange(event.target.value)}
  />
)
