/**
 * Reads what the renderer's source says to people: literal text in its markup, and the pairs of its dictionaries. Works on
 * the syntax tree that the renderer's own bundler builds.
 */
import { isNode, lineOf, type Node, nameOf, treeOf, walk } from './syntax.ts'

/** Every text that an expression can come to without anything else being called: `a ? 'x' : 'y'`, `` `${n} x` ``. */
function plainTexts(node: Node): readonly string[] {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : []
    case 'TemplateLiteral':
      return (node.quasis as readonly { value: { cooked: string } }[]).map(({ value }) => value.cooked)
    case 'ConditionalExpression':
      return [...plainTexts(node.consequent as Node), ...plainTexts(node.alternate as Node)]
    case 'LogicalExpression':
      return plainTexts(node.right as Node)
    case 'JSXExpressionContainer':
    case 'ParenthesizedExpression':
      return plainTexts(node.expression as Node)
    default:
      return []
  }
}

/** Attributes and properties whose value is shown or read aloud. */
const spoken = new Set([
  'title',
  'placeholder',
  'label',
  'alt',
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'aria-valuetext',
  'okText',
  'cancelText',
  'emptyText',
  'cause',
  'remedy',
])
/** Of our own components only: as a property, such a name is as often a key of something else. */
const spokenAttributes = new Set([...spoken, 'note', 'unit', 'name'])
/** Elements whose text is for machines: commands, keys. */
const verbatim = new Set(['code', 'kbd', 'pre'])

export type LiteralText = { readonly line: number; readonly text: string }

/** Texts with letters that stand in the markup itself, where no dictionary can translate them. */
export function literalTexts(file: string, source: string): readonly LiteralText[] {
  const found: LiteralText[] = []
  const say = (node: Node, texts: readonly string[]) => {
    for (const text of texts)
      if (/\p{L}/u.test(text)) found.push({ line: lineOf(source, node.start), text: text.trim() })
  }
  const isVerbatim = (parents: readonly Node[]) =>
    parents.some(
      parent => parent.type === 'JSXElement' && verbatim.has(nameOf((parent.openingElement as Node | undefined)?.name)),
    )
  walk(treeOf(file, source), (node, parents) => {
    const parent = parents.at(-1)
    if (node.type === 'JSXText' && !isVerbatim(parents)) say(node, [String(node.value)])
    if (node.type === 'JSXExpressionContainer' && parent?.type !== 'JSXAttribute' && !isVerbatim(parents))
      say(node, plainTexts(node))
    if (node.type === 'JSXAttribute' && spokenAttributes.has(nameOf(node.name)) && isNode(node.value))
      say(node, plainTexts(node.value))
    if (node.type === 'Property' && spoken.has(nameOf(node.key)) && isNode(node.value) && !isCurve(parent))
      say(node, plainTexts(node.value))
    if (node.type === 'CallExpression' && isMessage(node.callee as Node)) {
      say(node, (node.arguments as readonly Node[]).slice(0, 1).flatMap(plainTexts))
    }
  })
  return found
}

/** A line of a chart has a label for the code alone: what a person reads stands beside the chart. */
const isCurve = (object: Node | undefined): boolean =>
  object?.type === 'ObjectExpression' &&
  (object.properties as readonly Node[]).some(property => nameOf(property.key) === 'colour')

/** `message.success(…)` and its like. */
const isMessage = (callee: Node): boolean =>
  callee.type === 'MemberExpression' &&
  nameOf(callee.object) === 'message' &&
  ['success', 'info', 'warning', 'error', 'loading'].includes(nameOf(callee.property))

export type Phrase = { readonly arity: number; readonly text: string }
export type Entry = { readonly line: number; readonly key: string; readonly phrases: readonly Phrase[] }

/** Every entry of every `dictionary({ … })`. */
export function dictionaryEntries(file: string, source: string): readonly Entry[] {
  const found: Entry[] = []
  walk(treeOf(file, source), node => {
    if (node.type !== 'CallExpression' || nameOf(node.callee) !== 'dictionary') return
    const [given] = node.arguments as readonly Node[]
    const table = given?.type === 'TSSatisfiesExpression' || given?.type === 'TSAsExpression' ? given.expression : given
    if (!isNode(table) || table.type !== 'ObjectExpression') return
    for (const property of table.properties as readonly Node[]) {
      if (property.type !== 'Property') continue
      const { value } = property as unknown as { value: Node }
      const elements = value.type === 'ArrayExpression' ? (value.elements as readonly Node[]) : []
      found.push({
        line: lineOf(source, property.start),
        key: nameOf(property.key),
        phrases: elements.map(phraseOf),
      })
    }
  })
  return found
}

function phraseOf(node: Node): Phrase {
  const isFunction = node.type === 'ArrowFunctionExpression'
  const texts: string[] = []
  walk(isFunction ? (node.body as Node) : node, each => {
    if (each.type === 'Literal' && typeof each.value === 'string') texts.push(each.value)
    if (each.type === 'TemplateLiteral') texts.push(...plainTexts(each))
  })
  return { arity: isFunction ? (node.params as readonly Node[]).length : 0, text: texts.join(' ').trim() }
}

/** What fields of the backend's answers hold sentences: they are shown through the catalogue of its words. */
const backendFields = new Set([
  'message',
  'hint',
  'cause',
  'remedy',
  'warning',
  'problem',
  'formula',
  'change',
  'reason',
  'missing',
  'failure',
])
/** Props of `Fault`, which passes what it is given through the catalogue itself; the raw message stays as it came. */
const passedOn = new Set(['cause', 'remedy', 'raw', 'error'])

/** Every name that an expression can come to without a call: `a?.b ?? c`, `` `${a.b}` ``. */
function shownNames(node: Node): readonly Node[] {
  switch (node.type) {
    case 'Identifier':
    case 'MemberExpression':
      return [node]
    case 'ChainExpression':
    case 'ParenthesizedExpression':
    case 'JSXExpressionContainer':
      return isNode(node.expression) ? shownNames(node.expression) : []
    case 'TemplateLiteral':
      return (node.expressions as readonly Node[]).flatMap(shownNames)
    case 'ConditionalExpression':
      return [...shownNames(node.consequent as Node), ...shownNames(node.alternate as Node)]
    case 'LogicalExpression':
      return node.operator === '&&'
        ? shownNames(node.right as Node)
        : [...shownNames(node.left as Node), ...shownNames(node.right as Node)]
    default:
      return []
  }
}

/** Sentences of the backend that are drawn as they came, in whatever language is on. */
export function unsaidTexts(file: string, source: string): readonly LiteralText[] {
  const found: LiteralText[] = []
  const look = (node: Node) => {
    for (const shown of shownNames(node)) {
      const name = nameOf(shown.type === 'MemberExpression' ? shown.property : shown)
      // The page's own words: `text.problem`.
      const isOwn = shown.type === 'MemberExpression' && /text|words|phrases|names/i.test(nameOf(shown.object))
      if (backendFields.has(name) && !isOwn)
        found.push({ line: lineOf(source, shown.start), text: source.slice(shown.start, shown.end) })
    }
  }
  walk(treeOf(file, source), (node, parents) => {
    const parent = parents.at(-1)
    if (node.type === 'JSXExpressionContainer' && parent?.type !== 'JSXAttribute' && !isSaid(parent)) look(node)
    const name = nameOf(node.name)
    if (node.type === 'JSXAttribute' && spoken.has(name) && !passedOn.has(name) && isNode(node.value)) look(node.value)
    if (node.type === 'Property' && name !== 'raw' && ['title', 'label', 'content'].includes(nameOf(node.key)))
      look(node.value as Node)
    if (node.type === 'CallExpression' && isMessage(node.callee as Node))
      for (const argument of (node.arguments as readonly Node[]).slice(0, 1)) look(argument)
    return undefined
  })
  return found
}

const isSaid = (element: Node | undefined): boolean =>
  element?.type === 'JSXElement' && nameOf((element.openingElement as Node | undefined)?.name) === 'Said'

/** Marks that differ between the languages, put between parts where no dictionary chooses them: `` `${a}: ${b}` ``, `join(', ')`. */
export function gluedMarks(file: string, source: string): readonly LiteralText[] {
  const found: LiteralText[] = []
  const isForMachines = (parents: readonly Node[]) =>
    parents.some(
      parent =>
        (parent.type === 'CallExpression' && nameOf(parent.callee) === 'dictionary') ||
        // A message as it came from the backend, to be copied into a report.
        (parent.type === 'JSXAttribute' && nameOf(parent.name) === 'raw') ||
        (parent.type === 'Property' && nameOf(parent.key) === 'raw'),
    )
  walk(treeOf(file, source), (node, parents) => {
    if (isForMachines(parents)) return
    const isGlue =
      (node.type === 'TemplateLiteral' &&
        plainTexts(node)
          .slice(1, -1)
          .some(text => /^[:,;.] $/.test(text))) ||
      (node.type === 'CallExpression' &&
        nameOf((node.callee as Node).property) === 'join' &&
        (node.arguments as readonly Node[]).flatMap(plainTexts).some(text => /^[,;] $/.test(text)))
    if (isGlue) found.push({ line: lineOf(source, node.start), text: source.slice(node.start, node.end) })
  })
  return found
}
