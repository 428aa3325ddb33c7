import { App } from 'antd'
import { useRef, useState } from 'react'
import { said } from '../../../lib/backend-words.ts'
import { failureOf } from '../../../lib/failure.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { type Mark, mostMarked, type Rows, rangeBetween } from './marks.ts'
import { listText } from './text.ts'

/** The runs that are marked to be compared. Whatever a range leaves out is said. */
export function useMarks(rows: Rows) {
  const text = useText(listText)
  const { message } = App.useApp()
  const [marked, setMarked] = useState<readonly string[]>([])
  const lastMark = useRef<Mark>(undefined)
  const put = (ids: readonly string[], id: string) => {
    const others = marked.filter(each => !ids.includes(each))
    if (!marked.includes(id) && others.length + ids.length > mostMarked) void message.info(text.mostMarked(mostMarked))
    setMarked(before => {
      const rest = before.filter(each => !ids.includes(each))
      return before.includes(id) ? rest : [...rest, ...ids].slice(0, mostMarked)
    })
  }
  const range = async (from: Mark, to: Mark) => {
    try {
      const between = await rangeBetween(rows, from, to)
      if (!between) void message.info(text.changedSince)
      else if (between.count > mostMarked) void message.info(text.markedOf(mostMarked, number(between.count)))
      put(between?.ids ?? [to.id], to.id)
    } catch (error) {
      void message.error(said(failureOf(error).message))
    }
  }
  /** `isRange`: with everything between it and what was marked before. */
  const mark = (index: number, isRange = false) => {
    const id = rows.at(index)?.id
    if (id === undefined) return
    const from = lastMark.current
    lastMark.current = { index, id }
    if (isRange && from) void range(from, { index, id })
    else put([id], id)
  }
  return { marked, mark }
}
