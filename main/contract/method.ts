import {
  type AnySchema,
  type ContractProcedure,
  type ErrorMap,
  type HTTPMethod,
  type InferSchemaInput,
  type InferSchemaOutput,
  oc,
} from '@orpc/contract'
import type { Call } from './call.ts'

/** What a caller must be allowed to do. `admin` includes `write`, `write` includes `read`; `inference` stands alone. */
export const scopes = ['inference', 'read', 'write', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** The scope that a method demands. `anyone` is only for what begins or ends a session: it sees no credential. */
export const policies = ['anyone', ...scopes] as const
export type Policy = (typeof policies)[number]

export const surfaces = ['rpc', 'http', 'cli', 'mcp'] as const
export type Surface = (typeof surfaces)[number]

/** How the command line offers a method. `slipway <domain> <verb>` comes from the contract path; this adds the rest. */
export type CliFacts = {
  /** Input keys that are positional, in order; `name...` collects the rest into an array, `[name]` is optional. */
  readonly args?: readonly string[]
  /** One runnable example, shown by `--help`. */
  readonly example: string
  /** The method answers with a job (or has `jobId`): `--wait` and `--watch` follow it to its end. */
  readonly job?: boolean
  /** People expect the thing to be done when the prompt is back: the command line waits unless `--no-wait` is given. */
  readonly waits?: boolean
  /** A check: the exit code is 0 only if this field of the answer has one of these values, so that scripts need not read it. */
  readonly passes?: { readonly field: string; readonly values: readonly unknown[] }
}

/** Our own facts about a method, carried in oRPC's `meta`; a test fails for a method that lacks one. */
export type MethodFacts = {
  readonly kind: 'query' | 'command'
  readonly policy: Policy
  /** The name under which the audit log knows it, such as `models.rename`; queries that need no record say `false`. */
  readonly audit: string | false
  readonly surfaces: readonly Surface[]
  readonly description: string
  readonly cli?: CliFacts
}

type Definition<I extends AnySchema, O extends AnySchema> = {
  readonly description: string
  readonly policy: Policy
  readonly route: `${Extract<HTTPMethod, 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'>} /${string}`
  readonly surfaces?: readonly Surface[]
  readonly cli?: CliFacts
  readonly input: I
  readonly output: O
}

const define = <I extends AnySchema, O extends AnySchema>(
  kind: MethodFacts['kind'],
  audit: string | false,
  d: Definition<I, O>,
) => {
  const [method, path] = d.route.split(' ') as [HTTPMethod, `/${string}`]
  const facts: MethodFacts = {
    kind,
    audit,
    policy: d.policy,
    description: d.description,
    surfaces: d.surfaces ?? (d.cli ? ['rpc', 'http', 'cli'] : ['rpc', 'http']),
    ...(d.cli && { cli: d.cli }),
  }
  return oc
    .$meta<MethodFacts>(facts)
    .route({ method, path, summary: d.description, tags: [path.split('/')[1] ?? ''] })
    .input(d.input)
    .output(d.output)
}

/** A method that changes nothing. */
export const query = <I extends AnySchema, O extends AnySchema>(definition: Definition<I, O>) =>
  define('query', false, definition)

/** A method that changes something: it always has an audit name. */
export const command = <I extends AnySchema, O extends AnySchema>({
  audit,
  ...definition
}: Definition<I, O> & { readonly audit: string }) => define('command', audit, definition)

/** What a domain must implement: one async function per contract method. Input is parsed already. */
export type Handlers<C> = {
  readonly [K in keyof C]: C[K] extends ContractProcedure<infer I, infer O, ErrorMap, MethodFacts>
    ? (input: InferSchemaOutput<I>, call: Call) => Promise<InferSchemaInput<O>>
    : never
}
