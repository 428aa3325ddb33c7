/**
 * Reads what the backend's source can say to a person: every string with words in it, as a template in which holes stand
 * for what is only known at run time: `` `There is no model ${ref}.` `` is `There is no model {0}.`
 */
import { isNode, lineOf, type Node, nameOf, treeOf, walk } from './syntax.ts'

export type Spoken = { readonly file: string; readonly line: number; readonly template: string }

/** A hole that has no number yet: private, so that no source can hold it. */
const hole = '\uE000'

const numbered = (text: string): string => {
  let next = 0
  return text.replaceAll(hole, () => `{${next++}}`)
}

/** More variants than this, and the text is better written otherwise. */
const mostVariants = 24

/** Every way in which an expression can read, or undefined where it is no text of its own. */
function variantsOf(node: Node): readonly string[] | undefined {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : undefined
    case 'TemplateLiteral': {
      const quasis = node.quasis as readonly { readonly value: { readonly cooked: string } }[]
      const expressions = node.expressions as readonly Node[]
      return quasis.reduce<readonly string[]>((texts, { value }, index) => {
        const inside = expressions[index - 1]
        return inside ? combined(combined(texts, variantsOf(inside) ?? [hole]), [value.cooked]) : [value.cooked]
      }, [])
    }
    case 'BinaryExpression': {
      if (node.operator !== '+') return undefined
      const [left, right] = [variantsOf(node.left as Node), variantsOf(node.right as Node)]
      return left || right ? combined(left ?? [hole], right ?? [hole]) : undefined
    }
    case 'ConditionalExpression': {
      const [yes, no] = [variantsOf(node.consequent as Node), variantsOf(node.alternate as Node)]
      return yes || no ? [...(yes ?? [hole]), ...(no ?? [hole])] : undefined
    }
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSNonNullExpression':
      return variantsOf(node.expression as Node)
    default:
      return undefined
  }
}

function combined(before: readonly string[], after: readonly string[]): readonly string[] {
  const all = before.flatMap(left => after.map(right => left + right))
  if (all.length > mostVariants) throw new Error(`more than ${mostVariants} variants of ${before[0]}`)
  return all
}

/** What is said to logs and developers, not to people. */
const isQuiet = (node: Node): boolean =>
  (node.type === 'CallExpression' && isQuietCall(node.callee as Node)) ||
  (node.type === 'NewExpression' && ['Error', 'TypeError', 'RangeError'].includes(nameOf(node.callee))) ||
  node.type === 'TaggedTemplateExpression' ||
  (node.type === 'Property' && quietProperties.has(nameOf(node.key)))

const isQuietCall = (callee: Node): boolean =>
  callee.type === 'MemberExpression' &&
  (['log', 'console'].includes(nameOf(callee.object)) ||
    quietMethods.has(nameOf(callee.property)) ||
    (isNode(callee.object) && nameOf(callee.object.property) === 'log'))

/** Methods that take SQL, or write where no screen looks. */
const quietMethods = new Set(['prepare', 'exec', 'pragma', 'write', 'describe'])
/** What the command line's help, the API's documentation and metrics say. */
const quietProperties = new Set(['description', 'example', 'help', 'helpZh', 'detail'])

/** Text is compared with, looked up or imported in these: nobody reads it. */
const isCode = (node: Node, parents: readonly Node[]): boolean => {
  const parent = parents.at(-1)
  if (parent === undefined) return false
  if (
    /^(Import|Export(All|Named)|TSLiteralType|TSEnum|JSX)/.test(parent.type) &&
    parent.type !== 'ExportNamedDeclaration'
  )
    return true
  if (parent.type === 'SwitchCase') return parent.test === node
  if (parent.type === 'BinaryExpression') return parent.operator !== '+'
  if (parent.type === 'MemberExpression') return parent.property === node
  return parent.type === 'Property' && parent.key === node
}

/** Every template that a file can say, in all its variants, whatever it is; see `isProse` for what needs a translation. */
export function spokenTemplates(file: string, source: string): readonly Spoken[] {
  const found: Spoken[] = []
  walk(treeOf(file, source), (node, parents) => {
    if (isQuiet(node)) return false
    if (/^TS(TypeAlias|Interface|TypeAnnotation|TypeParameter|Literal)/.test(node.type)) return false
    const parent = parents.at(-1)
    // Part of a text that was already read whole.
    if (parent && variantsOf(parent) !== undefined && isPart(parent, node)) return undefined
    const variants = isCode(node, parents) ? undefined : variantsOf(node)
    for (const text of new Set(variants))
      if (/\p{L}/u.test(text) || text.includes(hole))
        found.push({ file, line: lineOf(source, node.start), template: numbered(text) })
    return undefined
  })
  return found
}

/** Whether `variantsOf(whole)` read `part` as a text, and not as the condition or the value of a hole. */
const isPart = (whole: Node, part: Node): boolean =>
  whole.type === 'ConditionalExpression' ? whole.test !== part : true

const sql =
  /\b(SELECT|INSERT (OR|INTO)|UPDATE \w+ SET|DELETE FROM|CREATE (TABLE|INDEX|TRIGGER|OR REPLACE)|ALTER TABLE|DROP (TABLE|INDEX)|PRAGMA|VACUUM|DESCRIBE|COPY \(|ORDER BY|WHERE|IS (NOT )?NULL|CASE WHEN|BEGIN|EXCEPT|JOIN|AS (messages|text)|IS DISTINCT)\b| (=|GLOB|LIKE) \?| = '|\|\||<>|(list_\w+|count|coalesce|regexp_replace)\(/
/** Markup, types of C, scripts, headers of HTTP, names of files and addresses. */
const notation =
  /^\n|^\s*<|<\/|^\s*[:{]|\w \*|\(\)$|^[a-z]+\(\w|^import |;\s*charset=|^[a-z-]+ '[^']*'|^[\w.:{}-]+$|^unsigned int$|max-age=/

/** Whether a template has words that a person reads: two in a row, or a sentence. */
export function isProse(template: string): boolean {
  if (/\p{Script=Han}/u.test(template) || sql.test(template)) return false
  const text = template.replaceAll(/\{\d+\}/g, '0')
  const isSentence =
    /^\p{Lu}[\p{Ll}\d-]+\.$/u.test(text) || /\p{Ll}{2}.*\s\S.*[.?!]$|^[^a-z]*\s[^a-z]*\p{Ll}{2,}\.$/su.test(text)
  if (notation.test(text) && !isSentence) return false
  const hasWords =
    /(^|[\s"'“(])\p{Ll}[\p{Ll}'’-]+[,;:.…)]*\s+\S/u.test(text) || /\s[\p{Ll}'’-]{2,}[.,:;!?)"]*($|\s)/u.test(text)
  return isSentence || hasWords
}
