import { longestBeginning } from './text-assembler.ts'

export type ToolCall = { readonly name: string; readonly arguments: string }
export type ToolCallReader = {
  /** Takes text; gives the content that is not part of a call, and the calls that were completed. */
  readonly push: (text: string) => { content: string; calls: readonly ToolCall[] }
  /** What was held back: a call that was never closed is content after all. */
  readonly flush: () => { content: string; calls: readonly ToolCall[] }
}

const open = '<tool_call>'
const close = '</tool_call>'

/** Finds `<tool_call>{"name": …, "arguments": …}</tool_call>` in streamed text (the form of Qwen, Hermes and others). */
export function createToolCallReader(): ToolCallReader {
  let held = ''
  let isAfterCall = false

  const step = (isLast: boolean): { content: string; calls: ToolCall[] } => {
    let content = ''
    const calls: ToolCall[] = []
    // Models put line breaks behind their calls; those are no answer.
    const show = (text: string) => {
      const shown = isAfterCall ? text.trimStart() : text
      if (shown !== '') isAfterCall = false
      content += shown
    }
    for (;;) {
      const start = held.indexOf(open)
      if (start < 0) {
        const keep = isLast ? 0 : longestBeginning(held, [open])
        show(held.slice(0, held.length - keep))
        held = held.slice(held.length - keep)
        break
      }
      const end = held.indexOf(close, start)
      if (end < 0 && !isLast) {
        show(held.slice(0, start))
        held = held.slice(start)
        break
      }
      const call = parseToolCall(held.slice(start + open.length, end < 0 ? undefined : end))
      const after = end < 0 ? held.length : end + close.length
      show(held.slice(0, call ? start : after))
      if (call) {
        calls.push(call)
        isAfterCall = true
      }
      held = held.slice(after)
    }
    return { content, calls }
  }

  return {
    push: text => {
      held += text
      return step(false)
    },
    flush: () => step(true),
  }
}

/** One call as JSON; nothing when it is not one. */
export function parseToolCall(json: string): ToolCall | undefined {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null) return undefined
    const {
      name,
      arguments: given,
      parameters,
    } = value as { name?: unknown; arguments?: unknown; parameters?: unknown }
    if (typeof name !== 'string') return undefined
    const args = given ?? parameters ?? {}
    return { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) }
  } catch {
    return undefined // what is no JSON is no call: it stays visible as text
  }
}
