import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { callExamples, terminalExample } from '../../renderer/features/inference/call-examples.ts'

const code = (key: string, name: string, isChat = true): string =>
  callExamples({ address: 'http://127.0.0.1:8787', name, isChat }).find(example => example.key === key)?.code ?? ''

const awkward = `it's "$HOME" \`x\` 造船 \\`

/** What a shell makes of a command's words. */
const wordsOf = (command: string): string[] =>
  execFileSync('sh', ['-c', `for word in ${command}; do printf '%s\\0' "$word"; done`], {
    env: { ...process.env, SLIPWAY_KEY: 'KEY' },
  })
    .toString()
    .split('\0')
    .slice(0, -1)

test('the shell sends the name as it is, whatever it holds', () => {
  const words = wordsOf(code('curl', awkward).replaceAll('\\\n', ' '))
  expect(JSON.parse(words.at(-1) ?? '')).toMatchObject({ model: awkward, messages: [{ role: 'user' }] })
  expect(words).toContain('Authorization: Bearer KEY')
  expect(wordsOf(terminalExample(awkward))).toContain(awkward)
})

test('Python and JavaScript read the name as it is', () => {
  const python = /model=(.*),/.exec(code('python', awkward))?.[1] ?? ''
  const javascript = /model: (.*),/.exec(code('javascript', awkward))?.[1] ?? ''
  expect(JSON.parse(python)).toBe(awkward)
  expect(JSON.parse(javascript)).toBe(awkward)
})

test('a model without a chat template is called for plain completions', () => {
  for (const key of ['curl', 'python', 'javascript']) {
    expect(code(key, 'base', false)).toContain('prompt')
    expect(code(key, 'base', false)).not.toContain('messages')
  }
})
