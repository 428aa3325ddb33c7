import { middle } from '../../../lib/format.ts'
import { type Answer, SearchSelect } from '../../../ui/SearchSelect.tsx'
import type { Picked } from './draft.ts'

export type AssetOption = {
  readonly id: string
  readonly name: string
  /** What tells it from others of its name. */
  readonly note: string
  /** Why it cannot be chosen. */
  readonly refusal?: string | undefined
}

export type FoundAssets = { readonly options: readonly AssetOption[]; readonly answer: Answer }

type Props = {
  readonly id: string
  readonly label: string
  readonly placeholder: string
  readonly nothing: React.ReactNode
  readonly value: readonly Picked[]
  readonly isMultiple?: boolean
  readonly canClear?: boolean
  readonly words: string
  readonly onWords: (words: string) => void
  /** Found by the backend: there may be a hundred thousand. */
  readonly found: FoundAssets
  readonly onChange: (picked: readonly Picked[]) => void
}

/** Chooses one or several things of the library by a few letters of their names. */
export function AssetPicker({
  id,
  label,
  placeholder,
  nothing,
  value,
  isMultiple = false,
  canClear = false,
  words,
  onWords,
  found: { options, answer },
  onChange,
}: Props) {
  const pick = (ids: readonly string[]) =>
    onChange(
      ids.flatMap(each => {
        const found = [...value, ...options].find(option => option.id === each)
        return found ? [{ id: found.id, name: found.name }] : []
      }),
    )
  return (
    <SearchSelect
      id={id}
      className="field-asset"
      isMultiple={isMultiple}
      label={label}
      placeholder={placeholder}
      none={<span className="sub">{nothing}</span>}
      allowClear={canClear}
      popupMatchSelectWidth={460}
      maxTagTextLength={32}
      words={words}
      onWords={onWords}
      answer={answer}
      chosen={value.map(each => ({ id: each.id, label: middle(each.name, 40) }))}
      options={options.map(({ id: value, name, note, refusal }) => ({
        value,
        label: middle(name, 40),
        title: name,
        disabled: refusal !== undefined,
        note: refusal ?? note,
      }))}
      renderOption={option => (
        <span className="pick">
          <span className="ell" dir="auto">
            {option.label}
          </span>
          <small>{option.note}</small>
        </span>
      )}
      onChange={pick}
    />
  )
}
