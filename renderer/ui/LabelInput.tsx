import { Select } from 'antd'

type Props = {
  readonly id: string
  readonly placeholder: string
  readonly value: readonly string[]
  readonly onChange: (labels: string[]) => void
}

/** Labels as a person types them: Enter ends one, Backspace takes the last away. */
export const LabelInput = ({ id, placeholder, value, onChange }: Props) => (
  <Select
    id={id}
    mode="tags"
    open={false}
    suffixIcon={null}
    placeholder={placeholder}
    value={[...value]}
    onChange={onChange}
    style={{ width: '100%' }}
  />
)
