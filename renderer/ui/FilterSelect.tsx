import { Select } from 'antd'
import { setQuery } from '../lib/route.ts'

type Props = {
  /** Its name in the address. */
  readonly filter: string
  readonly label: string
  /** What stands there while nothing is chosen, such as "Any state". */
  readonly any: string
  /** The word of each value. */
  readonly words: Readonly<Record<string, string>>
  readonly value: string | undefined
}

/** One value of a few that a list is narrowed to, or any, as the address keeps it. */
export const FilterSelect = ({ filter, label, any, words, value }: Props) => (
  <Select
    aria-label={label}
    value={value ?? ''}
    popupMatchSelectWidth={false}
    options={[{ value: '', label: any }, ...Object.entries(words).map(([key, word]) => ({ value: key, label: word }))]}
    // The row that was chosen may not be among those that are found.
    onChange={chosen => setQuery({ [filter]: chosen || undefined, sel: undefined })}
  />
)
