import { ORPCError } from '@orpc/client'
import { expect, test } from 'vitest'
import { failureOf, isUnreachable } from './failure.ts'
import { refusalIn } from './refusal.ts'

test('what a guard refuses is said in its own words, with its remedy', async () => {
  const body = { code: 'busy', message: 'Too many requests.', hint: 'Wait a second.' }
  const refusal = await refusalIn(Response.json(body, { status: 429 }))
  expect(failureOf(refusal)).toEqual(body)
  expect(isUnreachable(refusal)).toBe(false)
})

test('answers of methods, good or failed, are left to the client that knows them', async () => {
  expect(await refusalIn(Response.json({ json: { code: 'busy', message: '' } }, { status: 429 }))).toBeUndefined()
  expect(await refusalIn(Response.json({ code: 'busy', message: '' }))).toBeUndefined()
  expect(await refusalIn(new Response('gone', { status: 502 }))).toBeUndefined()
})

test('no answer at all is unreachable, and a failed method is not', () => {
  expect(failureOf(new TypeError('Failed to fetch')).code).toBe('unreachable')
  expect(isUnreachable(new TypeError('Failed to fetch'))).toBe(true)
  expect(failureOf(new ORPCError('not_found', { message: 'There is no model x.' }))).toEqual({
    code: 'not_found',
    message: 'There is no model x.',
  })
})
