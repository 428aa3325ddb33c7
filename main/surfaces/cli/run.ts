import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { AppError, errorKinds, isErrorCode, toAppError } from '../../contract/errors.ts'
import { isEnded, type Job } from '../../contract/jobs.ts'
import type { ListedMethod } from '../../contract/walk.ts'
import type { Paths } from '../../platform/paths.ts'
import { type Client, clientError, createClient } from '../rpc/client.ts'
import { inputSchemaOf, parseInput } from './arguments.ts'
import { connectOrStart } from './connect.ts'
import { followJob, type Output } from './follow.ts'
import { followCall } from './follow-call.ts'
import { cliMethods, domainHelp, methodHelp, overview } from './help.ts'
import { harmless, pretty } from './print.ts'
import { pipedMessage, talk } from './talk.ts'

/** The flags that mean the same everywhere; the rest belongs to the method. */
export type GlobalFlags = {
  readonly json: boolean
  readonly watch: boolean
  /** `undefined`: not said; then the method decides. */
  readonly wait: boolean | undefined
  readonly help: boolean
  readonly dataDir: string | undefined
  readonly url: string | undefined
  readonly key: string | undefined
}

const switches = ['--json', '--watch', '--wait', '--no-wait', '--help'] as const
const valued = ['--data-dir', '--url', '--key'] as const

/** Takes the global flags out of the words, wherever they stand; words after `--` are left alone. */
export function splitGlobalFlags(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { flags: GlobalFlags; rest: string[] } {
  const on = new Set<string>()
  const given = new Map<string, string>()
  const rest: string[] = []
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? ''
    if (word === '--') {
      rest.push(...words.slice(i))
      break
    }
    const flag = valued.find(name => word === name || word.startsWith(`${name}=`))
    if ((switches as readonly string[]).includes(word) || word === '-h') on.add(word === '-h' ? '--help' : word)
    else if (flag) {
      const value = word === flag ? words[i + 1] : word.slice(flag.length + 1)
      if (word === flag) i += 1
      if (value === undefined)
        throw new AppError('invalid_input', `${flag} needs a value.`, { hint: 'slipway --help shows the flags.' })
      given.set(flag, value)
    } else rest.push(word)
  }
  const flags: GlobalFlags = {
    json: on.has('--json'),
    watch: on.has('--watch'),
    wait: on.has('--wait') ? true : on.has('--no-wait') ? false : undefined,
    help: on.has('--help'),
    dataDir: given.get('--data-dir'),
    url: given.get('--url'),
    key: given.get('--key') ?? env.SLIPWAY_KEY,
  }
  return { flags, rest }
}

type Deps = {
  readonly paths: Paths
  readonly cwd: string
  readonly width: number
  readonly output: Output
}

/** Runs one command against the backend and returns the exit code. Failures are printed, never thrown. */
export async function runCommand(words: readonly string[], flags: GlobalFlags, deps: Deps): Promise<number> {
  try {
    return await run(words, flags, deps)
  } catch (error) {
    return printFailure(error, flags, deps.output)
  }
}

async function run(words: readonly string[], flags: GlobalFlags, deps: Deps): Promise<number> {
  const { out } = deps.output
  const [domain, verb, ...rest] = words
  if (domain === undefined || domain === 'help') {
    out(overview())
    return domain === undefined && !flags.help ? 2 : 0
  }
  const methods = cliMethods().filter(method => method.domain === domain)
  if (methods.length === 0)
    throw unknownWord(domain, [...new Set(cliMethods().map(method => method.domain))], 'command')
  if (verb === undefined || verb.startsWith('-')) {
    out(domainHelp(domain))
    return flags.help ? 0 : 2
  }
  const listed = methods.find(method => method.verb === verb)
  if (!listed)
    throw unknownWord(
      verb,
      methods.map(method => method.verb),
      `verb of ${domain}`,
    )
  if (flags.help) {
    out(methodHelp(listed))
    return 0
  }
  const input = parseInput(listed, rest, {
    resolvePath: path => resolve(deps.cwd, path),
    readFile: path => readText(path),
  })
  const isChat = domain === 'inference' && verb === 'chat'
  if (isChat && input.message === undefined && !process.stdin.isTTY) input.message = await pipedMessage()
  const client = await clientFor(flags, deps.paths)
  if (isChat && input.message === undefined) {
    if (flags.json || flags.watch)
      throw new AppError('invalid_input', 'A conversation in the terminal is not JSON.', {
        hint: 'Give the message: slipway inference chat NAME "message" --json.',
      })
    return talk(client, String(input.id), input, deps.output)
  }
  // Some methods wait for what they know best themselves, such as an engine that has loaded its model.
  const waitsItself = 'wait' in (inputSchemaOf(listed.method).properties ?? {})
  if (waitsItself && flags.wait) input.wait = true
  if (domain === 'jobs' && verb === 'wait') {
    if (input.timeoutMs !== undefined) return waitFor(client, listed, input, flags, deps)
    // The method would say nothing for a minute: to follow the job tells how far it is.
    input.timeoutMs = 0
  }
  return call(client, listed, input, flags, deps)
}

/** `jobs wait --timeout-ms N`: the job as it is when the time is up, with exit code 1 if it has not ended by then. */
async function waitFor(
  client: Client,
  listed: ListedMethod,
  input: Readonly<Record<string, unknown>>,
  flags: GlobalFlags,
  deps: Deps,
): Promise<number> {
  const job = await client.jobs.wait(input as Parameters<Client['jobs']['wait']>[0])
  if (isEnded(job.state)) return call(client, listed, { id: job.id, timeoutMs: 0 }, flags, deps)
  deps.output.out(flags.json ? JSON.stringify(job) : pretty(job, deps.width))
  return 1
}

export async function clientFor(flags: GlobalFlags, paths: Paths): Promise<Client> {
  if (flags.url === undefined) return connectOrStart(paths)
  if (flags.key === undefined) {
    throw new AppError('unauthenticated', 'Another workstation needs a key.', {
      hint: 'Give --key KEY, or set SLIPWAY_KEY.',
    })
  }
  return createClient({ url: flags.url, key: flags.key })
}

async function call(
  client: Client,
  listed: ListedMethod,
  input: unknown,
  flags: GlobalFlags,
  deps: Deps,
): Promise<number> {
  const { out } = deps.output
  const ask = methodOf(client, listed)
  const tellsProgress = 'progressId' in (inputSchemaOf(listed.method).properties ?? {})
  const answer = tellsProgress
    ? await followCall(client, progressId => ask({ progressId, ...(input as object) }), deps.output)
    : await ask(input)
  if (isStream(answer)) return printStream(answer, flags, deps)
  const { job: startsJob = false, waits = false } = listed.facts.cli ?? {}
  const jobId = startsJob ? jobIdOf(answer) : undefined
  if (jobId === undefined || !(flags.wait ?? (waits || flags.watch))) {
    out(flags.json ? JSON.stringify(answer) : pretty(answer, deps.width))
    return passed(listed, answer) ? 0 : 1
  }
  const job = await followJob(client, jobId, { watch: flags.watch, quiet: false }, deps.output)
  const failure =
    job.failure &&
    new AppError(isErrorCode(job.failure.code) ? job.failure.code : 'internal', job.failure.message, {
      ...(job.failure.hint !== undefined && { hint: job.failure.hint }),
      details: { ...job.failure.details, jobId },
    })
  if (failure) return printFailure(failure, flags, deps.output)
  if (!flags.watch) {
    const final = await shownAgain(client, listed, answer)
    out(flags.json ? JSON.stringify(final) : pretty(final, deps.width))
  }
  return exitOfEnd(listed.verb, job.state)
}

/** The exit code of a command that followed a job to its end. */
export function exitOfEnd(verb: string, state: Job['state']): number {
  if (state === 'done') return 0
  if (state !== 'cancelled') return 1
  // Whoever stops a job wants it to end so; whoever waits for one has been interrupted.
  return verb === 'stop' ? 0 : errorKinds.cancelled.exit
}

const passed = ({ facts: { cli } }: ListedMethod, answer: unknown): boolean =>
  cli?.passes === undefined ||
  cli.passes.values.includes((answer as Readonly<Record<string, unknown>>)[cli.passes.field])

/** A stream of text is written as it comes; `--watch` gives every event as a line, `--json` the last one alone. */
async function printStream(
  stream: AsyncIterable<unknown>,
  flags: GlobalFlags,
  { output, width }: Deps,
): Promise<number> {
  let last: unknown
  let hasText = false
  for await (const item of stream) {
    last = item
    if (flags.watch) output.out(JSON.stringify(item))
    else if (flags.json) continue
    else if (isText(item)) {
      hasText = true
      output.write(harmless(item.text))
    } else if (!hasText) output.out(pretty(item, width))
  }
  if (flags.json && !flags.watch) output.out(JSON.stringify(last))
  else if (hasText) output.out('')
  return 0
}

const isText = (item: unknown): item is { type: 'text'; text: string } =>
  typeof item === 'object' &&
  item !== null &&
  'type' in item &&
  item.type === 'text' &&
  'text' in item &&
  typeof item.text === 'string'

type AnyMethod = (input: unknown) => Promise<unknown>

// The client is a proxy that knows every contract path; the words were checked against the contract before.
const methodOf = (client: Client, { domain, verb }: ListedMethod): AnyMethod =>
  (client as unknown as Record<string, Record<string, AnyMethod>>)[domain]?.[verb] as AnyMethod

const isStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

function jobIdOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const { jobId, id } = answer as { jobId?: unknown; id?: unknown }
  if (typeof jobId === 'string') return jobId
  return typeof id === 'string' && id.startsWith('job_') ? id : undefined
}

// After the wait the thing itself is shown as it is now, not as it was when the job began.
async function shownAgain(client: Client, listed: ListedMethod, answer: unknown): Promise<unknown> {
  const { id, version } = answer as { id?: unknown; version?: { id?: unknown } }
  const shown = typeof id === 'string' ? id : version?.id
  if (typeof shown === 'string' && shown.startsWith('job_')) return client.jobs.show({ id: shown })
  const show = cliMethods().find(method => method.domain === listed.domain && method.verb === 'show')
  const takesId = show && 'id' in (inputSchemaOf(show.method).properties ?? {})
  return takesId && typeof shown === 'string' ? methodOf(client, show)({ id: shown }) : answer
}

/** `error[code]: message` and a `hint:` line, or one JSON document; returns the exit code. */
export function printFailure(error: unknown, { json }: { readonly json: boolean }, { out, err }: Output): number {
  const known = clientError(error)
  const failure = toAppError(known)
  const body = failure.toBody()
  if (json) out(JSON.stringify({ error: body }))
  else {
    err(`error[${body.code}]: ${harmless(body.message)}`)
    if (body.hint) err(`hint: ${harmless(body.hint)}`)
  }
  if (failure.code === 'internal' && process.env.SLIPWAY_LOG === 'debug' && known instanceof Error)
    err(known.stack ?? '')
  return errorKinds[failure.code].exit
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new AppError('not_found', `${path} cannot be read.`, {
      cause: error,
      hint: 'Check the name and its permissions.',
    })
  }
}

/** Names the nearest known word: most unknown words are typing slips. */
function unknownWord(word: string, known: readonly string[], what: string): AppError {
  const nearest = [...known].sort((a, b) => distance(word, a) - distance(word, b))[0]
  const close =
    nearest !== undefined && distance(word, nearest) <= 3 ? `Did you mean "${nearest}"?` : `Known: ${known.join(', ')}.`
  return new AppError('invalid_input', `There is no ${what} "${word}".`, { hint: close })
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
