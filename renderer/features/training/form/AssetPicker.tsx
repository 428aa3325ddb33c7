import { Select } from 'antd'
import { middle } from '../../../lib/format.ts'
import type { Picked } from './draft.ts'

export type AssetOption = {
  readonly id: string
  readonly name: string
  /** What tells it from others of its name. */
  readonly note: string
  /** Why it cannot be chosen. */
  readonly refusal?: string | undefined
}

export type AssetOptions = { readonly options: readonly AssetOption[]; readonly isLoading: boolean }

type Props = {
  readonly id: string
  readonly label: string
  readonly placeholder: string
  readonly nothing: React.ReactNode
  readonly value: readonly Picked[]
  readonly isMultiple?: boolean
  readonly canClear?: boolean
  /** Found by the backend: there may be a hundred thousand. */
  readonly found: AssetOptions
  readonly onSearch: (text: string) => void
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
  found: { options, isLoading },
  onSearch,
  onChange,
}: Props) {
  // What was chosen stays in the list, whatever is searched for.
  const rest = value.filter(picked => options.every(option => option.id !== picked.id))
  const all: readonly AssetOption[] = [...options, ...rest.map(picked => ({ ...picked, note: '' }))]
  const pick = (ids: readonly string[]) =>
    onChange(
      ids.flatMap(each => {
        const found = all.find(option => option.id === each)
        return found ? [{ id: found.id, name: found.name }] : []
      }),
    )
  return (
    <Select<string | string[]>
      id={id}
      className="field-asset"
      {...(isMultiple && { mode: 'multiple' as const })}
      showSearch
      filterOption={false}
      value={isMultiple ? value.map(each => each.id) : (value[0]?.id ?? (null as unknown as string))}
      placeholder={placeholder}
      aria-label={label}
      allowClear={canClear}
      loading={isLoading}
      notFoundContent={<span className="sub">{nothing}</span>}
      popupMatchSelectWidth={460}
      maxTagTextLength={32}
      onSearch={onSearch}
      options={all.map(({ id: key, name, note, refusal }) => ({
        value: key,
        label: middle(name, 40),
        title: name,
        disabled: refusal !== undefined,
        note: refusal ?? note,
        name,
      }))}
      optionRender={({ data }) => (
        <span className="pick">
          <span className="ell" dir="auto">
            {middle(data.name, 40)}
          </span>
          <small>{data.note}</small>
        </span>
      )}
      onChange={next => pick(next === undefined || next === null ? [] : typeof next === 'string' ? [next] : next)}
    />
  )
}
