import { expect, test } from 'vitest'
import { runsOf } from './runs-of.ts'

const piece = (text: string, learned = false, special = false) => ({ text, learned, special })

test('tokens are joined while they are of one kind, special ones stand alone', () => {
  const runs = runsOf({
    parts: [],
    pieces: [piece('<|a|>', false, true), piece('<|b|>', false, true), piece('us'), piece('er'), piece('yes', true)],
  })
  expect(runs.map(({ kind, texts }) => [kind, texts.join('|')])).toEqual([
    ['special', '<|a|>'],
    ['special', '<|b|>'],
    ['context', 'us|er'],
    ['learned', 'yes'],
  ])
})

test('tokens that share a character are drawn as one', () => {
  const [run] = runsOf({ parts: [], pieces: [piece(''), piece(''), piece('问'), piece('题')] })
  expect(run?.texts).toEqual(['问', '题'])
})

test('a special token that is learned says so', () => {
  expect(runsOf({ parts: [], pieces: [piece('<|end|>', true, true)] })).toMatchObject([
    { kind: 'special', isLearned: true },
  ])
})

test('without tokens the parts are shown as they are', () => {
  expect(
    runsOf({
      parts: [
        { text: 'q', learned: false },
        { text: 'a', learned: true },
      ],
    }).map(run => run.kind),
  ).toEqual(['context', 'learned'])
})
