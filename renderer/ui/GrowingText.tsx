import { type Ref, type TextareaHTMLAttributes, useImperativeHandle, useLayoutEffect, useRef } from 'react'

type Props = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'rows'> & {
  readonly minRows: number
  readonly maxRows: number
  readonly ref?: Ref<HTMLTextAreaElement>
}

/**
 * A text field that grows with what is written in it. antd's own measures with a style attribute, which the page's
 * policy refuses.
 */
export function GrowingText({ minRows, maxRows, ref, className = '', ...textarea }: Props) {
  const element = useRef<HTMLTextAreaElement>(null)
  useImperativeHandle(ref, () => element.current as HTMLTextAreaElement, [])
  const { value } = textarea
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the text that makes it grow.
  useLayoutEffect(() => {
    const field = element.current
    if (!field) return
    const measure = () => {
      const { lineHeight, paddingTop, paddingBottom, borderTopWidth, borderBottomWidth } = getComputedStyle(field)
      const border = Number.parseFloat(borderTopWidth) + Number.parseFloat(borderBottomWidth)
      const around = Number.parseFloat(paddingTop) + Number.parseFloat(paddingBottom) + border
      const most = maxRows * Number.parseFloat(lineHeight) + around
      field.style.height = 'auto'
      const wanted = field.scrollHeight + border
      field.style.height = `${Math.min(most, wanted)}px`
      field.style.overflowY = wanted > most ? 'auto' : 'hidden'
    }
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(field.parentElement ?? field)
    return () => watch.disconnect()
  }, [value, maxRows])
  return <textarea ref={element} rows={minRows} className={`text-area ${className}`.trim()} {...textarea} />
}
