import { Select } from 'antd'

type Props = {
  readonly label: string
  /** What stands there while nothing is chosen, such as "Any state". */
  readonly any: string
  /** The word of each value. */
  readonly words: Readonly<Record<string, string>>
  readonly value: string | undefined
  readonly onChange: (value: string | undefined) => void
}

/** One value of a few that a list is narrowed to, or any. */
export const FilterSelect = ({ label, any, words, value, onChange }: Props) => (
  <Select
    aria-label={label}
    value={value ?? ''}
    popupMatchSelectWidth={false}
    options={[{ value: '', label: any }, ...Object.entries(words).map(([key, word]) => ({ value: key, label: word }))]}
    onChange={chosen => onChange(chosen === '' ? undefined : chosen)}
  />
)
