/** A thing in the lineage graph: what it is, and how it is called. */
export type LineageNode = {
  readonly id: string
  readonly kind: string
  readonly name: string
  /** As lists show it; undefined where it is not known, null once the thing is removed. */
  readonly state?: string | null | undefined
}
export type LineageEdge = { readonly from: string; readonly to: string }

export type Surroundings = {
  readonly centre: LineageNode
  /** What made the centre, with what made that, as far as it is known. */
  readonly parents: readonly { readonly node: LineageNode; readonly parents: readonly LineageNode[] }[]
  /** What was made of the centre, with what was made of that, as far as it is to be shown. */
  readonly children: readonly { readonly node: LineageNode; readonly children: readonly LineageNode[] }[]
}

export type Placed = LineageNode & { readonly column: number; readonly x: number; readonly y: number }
export type Layout = {
  readonly nodes: readonly Placed[]
  readonly edges: readonly (LineageEdge & { readonly path: string })[]
  readonly width: number
  readonly height: number
  /** What was made of it and is not drawn. */
  readonly hidden: number
}

// Three columns fit beside a list in the smallest window, where an inspector is 500 px wide.
export const nodeWidth = 136
export const nodeHeight = 44
const gapX = 28
const gapY = 18
const gapBeforeCentre = 54
const mostInColumn = 8

/**
 * Places a graph in columns, left to right: what went in, what was made of it, what was made of that, and of that. A
 * maker stands above what it made, so that a model with its run and the run's inputs fit beside each other; what was made
 * of a child stands at the child's height.
 */
export function layOut({ centre, parents, children }: Surroundings): Layout {
  const makers = parents.filter(parent => parent.parents.length > 0)
  const inputs = unique([
    ...parents.filter(parent => parent.parents.length === 0).map(({ node }) => node),
    ...makers.flatMap(maker => maker.parents),
  ]).filter(node => node.id !== centre.id && !makers.some(maker => maker.node.id === node.id))
  const made = [...new Map(children.map(child => [child.node.id, child])).values()]
  const shown = made.slice(0, mostInColumn)
  const known = new Set([centre.id, ...shown.map(({ node }) => node.id)])
  const further = unique(shown.flatMap(child => child.children)).filter(({ id }) => !known.has(id))
  const last = further.slice(0, mostInColumn)
  const hasInputs = inputs.length > 0
  const middle = hasInputs ? 1 : 0

  const column = (nodes: readonly LineageNode[], index: number, startY: number): Placed[] =>
    nodes.map((node, row) => ({
      ...node,
      column: index,
      x: index * (nodeWidth + gapX),
      y: startY + row * (nodeHeight + gapY),
    }))
  const inputHeight = stackHeight(inputs.length)
  const makersHeight = stackHeight(makers.length)
  // Makers stand at the height of what went into them; the centre below, at the height of what was made of it.
  const makersY = Math.max(0, (inputHeight - makersHeight) / 2)
  const afterMakers = makers.length > 0 ? makersY + makersHeight + gapBeforeCentre : 0
  const childrenHeight = stackHeight(shown.length)
  const centreY =
    makers.length > 0
      ? Math.max(afterMakers, (childrenHeight - nodeHeight) / 2)
      : Math.max(0, (Math.max(inputHeight, childrenHeight) - nodeHeight) / 2)
  const childrenY = Math.max(0, centreY + nodeHeight / 2 - childrenHeight / 2)
  const inputsY =
    makers.length > 0
      ? Math.max(0, makersY + makersHeight / 2 - inputHeight / 2)
      : Math.max(0, centreY + nodeHeight / 2 - inputHeight / 2)

  const nodes = [
    ...column(inputs, 0, inputsY),
    ...column(
      makers.map(({ node }) => node),
      middle,
      makersY,
    ),
    ...column([centre], middle, centreY),
    ...column(
      shown.map(({ node }) => node),
      middle + 1,
      childrenY,
    ),
    ...column(last, middle + 2, Math.max(0, childrenY + (childrenHeight - stackHeight(last.length)) / 2)),
  ]
  const placed = new Map(nodes.map(node => [node.id, node]))
  const pairs: readonly LineageEdge[] = [
    ...makers.flatMap(({ node, parents: from }) => from.map(each => ({ from: each.id, to: node.id }))),
    ...parents.map(({ node }) => ({ from: node.id, to: centre.id })),
    ...shown.map(({ node }) => ({ from: centre.id, to: node.id })),
    ...shown.flatMap(({ node, children: to }) => to.map(each => ({ from: node.id, to: each.id }))),
  ]
  const edges = pairs.flatMap(edge => {
    const from = placed.get(edge.from)
    const to = placed.get(edge.to)
    return from && to && from !== to ? [{ ...edge, path: pathBetween(from, to) }] : []
  })
  return {
    nodes,
    edges,
    width: Math.max(...nodes.map(({ x }) => x)) + nodeWidth,
    height: Math.max(...nodes.map(({ y }) => y)) + nodeHeight,
    hidden: made.length - shown.length + further.length - last.length,
  }
}

const stackHeight = (count: number): number => (count === 0 ? 0 : count * (nodeHeight + gapY) - gapY)

const unique = (nodes: readonly LineageNode[]): LineageNode[] => [
  ...new Map(nodes.map(node => [node.id, node])).values(),
]

/** Lines run along the grid: sideways between columns, straight down within one. */
function pathBetween(from: Placed, to: Placed): string {
  if (from.column === to.column) return `M${from.x + nodeWidth / 2} ${from.y + nodeHeight}V${to.y}`
  const half = (to.x - from.x - nodeWidth) / 2
  return `M${from.x + nodeWidth} ${from.y + nodeHeight / 2}h${half}V${to.y + nodeHeight / 2}h${half}`
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/** Where an arrow key leads: along the lines if there is one, else to the nearest box on that side. */
export function neighbour({ nodes, edges }: Layout, id: string, direction: Direction): string | undefined {
  const from = nodes.find(node => node.id === id)
  if (!from) return undefined
  const ahead = nodes.filter(node =>
    direction === 'left'
      ? node.column < from.column
      : direction === 'right'
        ? node.column > from.column
        : node.column === from.column && (direction === 'up' ? node.y < from.y : node.y > from.y),
  )
  const linked = ahead.filter(node =>
    edges.some(edge => (edge.from === id && edge.to === node.id) || (edge.to === id && edge.from === node.id)),
  )
  const near = (node: Placed) => Math.abs(node.column - from.column) * 10_000 + Math.abs(node.y - from.y)
  return (linked.length > 0 ? linked : ahead).toSorted((a, b) => near(a) - near(b))[0]?.id
}
