import { expect, test } from 'vitest'
import { groupTokens, probabilityOf, type Token, visible } from './tokens.ts'

const encoder = new TextEncoder()
const token = (bytes: readonly number[]): Token => ({ text: '', logprob: -1, bytes, top: [] })
const tokensOf = (text: string, cuts: readonly number[]): Token[] => {
  const bytes = [...encoder.encode(text)]
  const places = [0, ...cuts, bytes.length]
  return places.slice(1).map((end, index) => token(bytes.slice(places[index], end)))
}

test('tokens that are parts of one character are shown as that character', () => {
  expect(groupTokens(tokensOf('a造b', [1, 2, 3, 4])).map(({ text, tokens }) => [text, tokens.length])).toEqual([
    ['a', 1],
    ['造', 3],
    ['b', 1],
  ])
})

test('a token that ends within a character goes with the one that has the rest', () => {
  expect(groupTokens(tokensOf('x船y', [2])).map(({ text }) => text)).toEqual(['x船y'])
})

test('control tokens add nothing and stand alone; bytes that are no text are still shown', () => {
  expect(groupTokens([token([]), ...tokensOf('a', [])]).map(({ text }) => text)).toEqual(['', 'a'])
  expect(groupTokens([token([0xff, 0xfe, 0xfd, 0xfc]), ...tokensOf('a', [])]).at(-1)?.text).toBe('a')
})

test('white space can be seen, and a probability is never more than one', () => {
  expect(visible(' the\n')).toBe('␣the⏎')
  expect(visible('')).toBe('␣')
  expect(probabilityOf(1e-9)).toBe(1)
})
