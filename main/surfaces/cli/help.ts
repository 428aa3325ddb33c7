import { type ListedMethod, listMethods } from '../../contract/walk.ts'
import { type FieldSchema, flagOf, inputSchemaOf, positionalsOf } from './arguments.ts'

/** Commands that are not methods of the contract: they start, stop or repair the backend itself. */
export const localCommands = {
  serve: {
    usage: 'slipway serve [--port N] [--host H]',
    description: 'Serve this workstation on loopback until it is stopped',
    example: 'slipway serve --port 7878',
  },
  status: { usage: 'slipway status', description: 'What runs here, and where', example: 'slipway status' },
  doctor: {
    usage: 'slipway doctor [--fix]',
    description: 'Check what Slipway stands on; --fix repairs what a program may repair',
    example: 'slipway doctor',
  },
  stop: { usage: 'slipway stop', description: 'Stop the backend; jobs go on', example: 'slipway stop' },
  'backup restore': {
    usage: 'slipway backup restore PATH',
    description: 'Put a backup in the place of the database',
    example: 'slipway backup restore slipway-2026-11-24.db',
  },
} as const

const globalFlags = [
  ['--json', 'one JSON document on standard output, nothing else'],
  ['--watch', 'newline-delimited JSON events until the thing ends'],
  ['--wait, --no-wait', 'wait, or do not, for the end of the job that a command starts'],
  ['--data-dir DIR', 'another data directory (SLIPWAY_DATA_DIR)'],
  ['--url URL --key KEY', 'another workstation (SLIPWAY_KEY holds the key, too)'],
  ['--help', 'this text'],
] as const

const exitCodes =
  '0 done · 1 it failed · 2 bad usage or input · 3 not found · 4 refused · 5 conflict · 6 needs something · 130 interrupted'

const twoColumns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join('\n')
}

export const cliMethods = (): readonly ListedMethod[] =>
  listMethods().filter(({ facts }) => facts.surfaces.includes('cli'))

/** `slipway --help`: every domain with its verbs. */
export function overview(): string {
  const domains = Map.groupBy(cliMethods(), method => method.domain)
  const rows = [...domains].map(
    ([domain, methods]) => [`slipway ${domain}`, methods.map(({ verb }) => verb).join(' | ')] as const,
  )
  const local = Object.values(localCommands).map(({ usage, description }) => [usage, description] as const)
  return `Slipway: models, datasets, training, evaluation and serving on this machine.

${twoColumns([...local, ...rows])}

Everywhere:
${twoColumns(globalFlags)}

Exit codes: ${exitCodes}
`
}

/** `slipway <domain> --help`. */
export function domainHelp(domain: string): string {
  const rows = cliMethods()
    .filter(method => method.domain === domain)
    .map(method => [usageOf(method), method.facts.description] as const)
  return `${twoColumns(rows)}\n`
}

const usageOf = (listed: ListedMethod): string => {
  const words = positionalsOf(listed).map(({ key, isOptional, isRest }) => {
    const word = `${key.toUpperCase()}${isRest ? '…' : ''}`
    return isOptional ? `[${word}]` : word
  })
  return ['slipway', listed.domain, listed.verb, ...words].join(' ')
}

/** `slipway <domain> <verb> --help`: usage, flags with types, defaults and ranges, one example. */
export function methodHelp(listed: ListedMethod): string {
  const schema = inputSchemaOf(listed.method)
  const positional = new Set(positionalsOf(listed).map(({ key }) => key))
  const flags = Object.entries(schema.properties ?? {})
    .filter(([key]) => !positional.has(key))
    .map(([key, field]) => [`${cliFlagOf(key, field)}${typeOf(field)}`, describe(key, field)] as const)
  return `${listed.facts.description}

  ${usageOf(listed)}${flags.length > 0 ? ' [--flags]' : ''}
${flags.length > 0 ? `\n${twoColumns(flags)}\n` : ''}
Example:
  ${listed.facts.cli?.example ?? usageOf(listed)}
`
}

const cliFlagOf = (key: string, field: FieldSchema & { readonly cliFlag?: string }) =>
  field.cliFlag ? `--${field.cliFlag}` : flagOf(key)

function typeOf(field: FieldSchema): string {
  if (field.type === 'boolean') return ''
  if (field.enum) return ` ${field.enum.join('|')}`
  if (field.type === 'array') return ` ${field.items?.enum ? field.items.enum.join(',') : 'VALUE…'}`
  if (field.type === 'object') return field.propertyNames?.enum ? ' KEY=VALUE[,KEY=VALUE…]' : ' KEY=VALUE'
  return field.type === 'integer' || field.type === 'number' ? ' N' : ' VALUE'
}

function describe(key: string, field: FieldSchema): string {
  const range =
    field.minimum !== undefined && field.maximum !== undefined && field.maximum < Number.MAX_SAFE_INTEGER
      ? `${field.minimum} to ${field.maximum}`
      : ''
  const preset =
    field.default === undefined ||
    field.default === false ||
    (Array.isArray(field.default) && field.default.length === 0)
      ? ''
      : `default ${JSON.stringify(field.default)}`
  // A command line has no null: a flag of its own says it.
  const description = (field.description ?? '').replace('; null: ', `; ${flagOf(key).replace('--', '--no-')}: `)
  return [description, range, preset].filter(Boolean).join('; ')
}
