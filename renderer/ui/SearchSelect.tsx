import { Select, type SelectProps } from 'antd'
import { type KeyboardEvent, type MouseEvent, type ReactNode, useRef, useState } from 'react'
import { Said } from '../lib/backend-words.ts'
import { failureOf } from '../lib/failure.ts'
import { useOnceReady } from '../lib/once-ready.ts'
import { firstChoosable, listed, optionOf, type SearchOption, type SearchOptions } from './search-options.ts'

/** What was typed to search by, as a filter of the backend's lists: nothing typed, no filter. */
export const matching = (words: string): { readonly q?: string } => {
  const q = words.trim()
  return q === '' ? {} : { q }
}

export type Chosen = {
  readonly id: string
  /** Its name; undefined while it is not known yet. */
  readonly label: string | undefined
}

/** What a query tells of its answer to the words that stand in the field. */
export type Answer = {
  readonly isPending: boolean
  /** What is listed is still the answer to the words before. */
  readonly isPlaceholderData: boolean
  readonly error: Error | null
}

type Props<O extends SearchOption> = Pick<
  SelectProps,
  'id' | 'allowClear' | 'maxCount' | 'maxTagTextLength' | 'popupMatchSelectWidth'
> & {
  readonly className: string
  readonly label?: string | undefined
  readonly placeholder: string
  /** Shown where nothing matches. */
  readonly none: ReactNode
  readonly words: string
  readonly onWords: (words: string) => void
  readonly answer: Answer
  /** What matches the words, the best first. What is chosen already need not be among it. */
  readonly options: SearchOptions<O>
  readonly chosen: readonly Chosen[]
  readonly isMultiple?: boolean
  readonly onChange: (ids: readonly string[]) => void
  readonly renderOption?: (option: O) => ReactNode
}

/**
 * Chooses among more than a list can hold: the backend finds what matches the letters. Enter right behind the last letter
 * waits for the answer to what was typed and takes its first line, unless somebody has moved to another one; typing on,
 * the arrows and Escape call that off.
 */
export function SearchSelect<O extends SearchOption>({
  className,
  label,
  none,
  words,
  onWords,
  answer,
  options,
  chosen,
  isMultiple = false,
  maxCount = Number.POSITIVE_INFINITY,
  onChange,
  renderOption,
  ...look
}: Props<O>) {
  const [isOpen, setOpen] = useState(false)
  const hasMoved = useRef(false)
  const lines = listed(options)
  const isAsking = answer.isPending || answer.isPlaceholderData
  const type = (next: string) => {
    hasMoved.current = false
    entered.forget()
    onWords(next)
  }
  const change = (ids: readonly string[]) => {
    type('')
    onChange(ids)
  }
  const takeFirst = () => {
    const first = firstChoosable(lines)
    if (!first) return
    const ids = isMultiple ? [...new Set([...chosen.map(({ id }) => id), first.value])] : [first.value]
    if (ids.length <= maxCount) change(ids)
    if (!isMultiple) setOpen(false)
  }
  const entered = useOnceReady(!isAsking, takeFirst)
  // Heard before the select itself, which would take the line that it has marked in the list of the letters before.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') hasMoved.current = true
    if (event.key !== 'Enter' && event.key !== 'Tab') return entered.forget()
    if (words.trim() === '' || hasMoved.current) return
    event.preventDefault()
    event.stopPropagation()
    entered.ask()
  }
  const onMouseMove = ({ target }: MouseEvent) => {
    if (target instanceof Element && target.closest('.ant-select-item-option')) hasMoved.current = true
  }
  const values = chosen.map(({ id, label: name }) => ({ value: id, label: name ?? id }))
  return (
    <div className={`search-select ${className}`} onKeyDownCapture={onKeyDown} onMouseMoveCapture={onMouseMove}>
      <Select<{ value: string; label: string } | { value: string; label: string }[]>
        {...look}
        {...(isMultiple && { mode: 'multiple' as const })}
        {...(Number.isFinite(maxCount) && { maxCount })}
        labelInValue
        aria-label={label}
        value={isMultiple ? values : (values[0] ?? null)}
        open={isOpen}
        onOpenChange={next => {
          setOpen(next)
          if (!next) type('')
        }}
        onBlur={entered.forget}
        showSearch={{ filterOption: false, searchValue: words, onSearch: type }}
        loading={isAsking}
        notFoundContent={answer.error ? <Said>{failureOf(answer.error).message}</Said> : none}
        options={[...lines] as NonNullable<SelectProps['options']>}
        optionRender={({ value: id, label: name }) => {
          const option = renderOption && optionOf(lines, String(id))
          return option ? renderOption(option) : name
        }}
        onChange={next => change((Array.isArray(next) ? next : next ? [next] : []).map(({ value }) => value))}
      />
    </div>
  )
}
