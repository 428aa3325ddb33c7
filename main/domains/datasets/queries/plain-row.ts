/** A stored row as people write it: absent fields left out, tools and tool calls as JSON again. */
export function plainRow(json: string): Record<string, unknown> {
  const row = JSON.parse(json) as Record<string, unknown> // DuckDB's JSON of one row is an object
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => {
      if (value === null) return []
      if (name === 'tools') return [[name, parsed(value)]]
      if (Array.isArray(value)) return [[name, value.map(plainMessage)]]
      return [[name, value]]
    }),
  )
}

function plainMessage(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message
  const { role, content, ...rest } = message as Record<string, unknown>
  const extras = Object.entries(rest).flatMap(([name, value]) =>
    value === null ? [] : [[name, name === 'tool_calls' ? parsed(value) : value] as const],
  )
  // Content may be null beside tool calls, and then says so.
  return { ...(role !== undefined && { role }), content, ...Object.fromEntries(extras) }
}

const parsed = (value: unknown): unknown => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value)
