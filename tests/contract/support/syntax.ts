/** Walks the syntax trees that the renderer's own bundler builds of TypeScript. */
import { parseSync } from 'rolldown/utils'

export type Node = {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

export function childrenOf(node: Node): readonly Node[] {
  return Object.values(node)
    .flatMap(value => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
}

/** Visits a node and all below it, outer ones first. `visit` answers false where nothing below is to be looked at. */
export function walk(
  node: Node,
  visit: (node: Node, parents: readonly Node[]) => boolean | undefined,
  parents: readonly Node[] = [],
): void {
  if (visit(node, parents) === false) return
  const below = [...parents, node]
  for (const child of childrenOf(node)) walk(child, visit, below)
}

/** Throws for a file that does not parse. */
export function treeOf(file: string, source: string): Node {
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  return program as unknown as Node
}

export const lineOf = (source: string, offset: number): number => source.slice(0, offset).split('\n').length
export const nameOf = (node: unknown): string => (isNode(node) ? String(node.name ?? node.value ?? '') : '')
