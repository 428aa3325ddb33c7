import { expect, test } from 'vitest'
import * as z from 'zod'
import { policies } from '../../main/contract/method.ts'
import { listMethods } from '../../main/contract/walk.ts'
import { inputSchemaOf, positionalsOf } from '../../main/surfaces/cli/arguments.ts'
import { docsPage, openApiDocument } from '../../main/surfaces/http/openapi.ts'

const methods = listMethods()
const nameOf = ({ domain, verb }: { domain: string; verb: string }) => `${domain}.${verb}`

test('every method has a policy, a description and, when it changes something, an audit name', () => {
  const faulty = methods.filter(
    ({ facts, domain }) =>
      !policies.includes(facts.policy) ||
      facts.description.trim().length < 10 ||
      (facts.kind === 'command' && (facts.audit === false || !facts.audit.startsWith(`${domain}.`))) ||
      (facts.kind === 'command' && facts.policy === 'read'),
  )
  expect(faulty.map(nameOf)).toEqual([])
})

test('nobody gets in without a credential, but to begin or end a session', () => {
  expect(methods.filter(({ facts }) => facts.policy === 'anyone').map(nameOf)).toEqual([
    'sessions.begin',
    'sessions.end',
  ])
})

test('every route is used once', () => {
  const routes = methods.map(({ method }) => `${method['~orpc'].route.method} ${method['~orpc'].route.path}`)
  expect(routes.filter((route, i) => routes.indexOf(route) !== i)).toEqual([])
})

test('queries are GET unless their input is large, commands never are', () => {
  const wrong = methods.filter(
    ({ facts, method }) => facts.kind === 'command' && method['~orpc'].route.method === 'GET',
  )
  expect(wrong.map(nameOf)).toEqual([])
})

test('what the command line names exists in the input', () => {
  const wrong = methods
    .filter(({ facts }) => facts.surfaces.includes('cli'))
    .flatMap(listed =>
      positionalsOf(listed)
        .filter(({ key }) => !(key in (inputSchemaOf(listed.method).properties ?? {})))
        .map(({ key }) => `${nameOf(listed)}: ${key}`),
    )
  expect(wrong).toEqual([])
})

test('every example on the command line begins with its own words', () => {
  const wrong = methods.filter(
    ({ facts, domain, verb }) => facts.cli && !facts.cli.example.startsWith(`slipway ${domain} ${verb}`),
  )
  expect(wrong.map(nameOf)).toEqual([])
})

test('inputs refuse what they do not know how to bound: strings and arrays have a length', () => {
  const unbounded: string[] = []
  const visit = (
    schema: {
      type?: unknown
      maxLength?: number
      maxItems?: number
      pattern?: string
      format?: string
      enum?: unknown
      const?: unknown
      properties?: Record<string, object>
      items?: object
    },
    path: string,
  ): void => {
    if (
      schema.type === 'string' &&
      schema.maxLength === undefined &&
      !schema.pattern &&
      !schema.format &&
      !schema.enum &&
      schema.const === undefined
    )
      unbounded.push(path)
    if (schema.type === 'array' && schema.maxItems === undefined && !(schema.items && 'enum' in schema.items))
      unbounded.push(path)
    for (const [key, value] of Object.entries(schema.properties ?? {})) visit(value, `${path}.${key}`)
    if (schema.items) visit(schema.items, `${path}[]`)
  }
  for (const listed of methods) visit(inputSchemaOf(listed.method) as object, nameOf(listed))
  expect(unbounded).toEqual([])
})

test('the OpenAPI document is 3.1 and lists exactly the methods marked for HTTP', async () => {
  const document = await openApiDocument()
  expect(document.openapi).toMatch(/^3\.1/)
  const listed = Object.entries(document.paths ?? {}).flatMap(([path, verbs]) =>
    Object.keys(verbs ?? {}).map(verb => `${verb.toUpperCase()} ${path}`),
  )
  const marked = methods
    .filter(({ facts }) => facts.surfaces.includes('http'))
    .map(({ method }) => `${method['~orpc'].route.method} ${method['~orpc'].route.path}`)
  expect(listed.sort()).toEqual(marked.sort())
})

test('the documentation page escapes what it shows', () => {
  expect(docsPage()).not.toMatch(/<script/i)
  expect(docsPage()).toContain('openapi.json')
})

test('schemas can be written as JSON Schema', () => {
  for (const { method } of methods)
    expect(() =>
      z.toJSONSchema(method['~orpc'].inputSchema as unknown as z.ZodType, { io: 'input', unrepresentable: 'any' }),
    ).not.toThrow()
})
