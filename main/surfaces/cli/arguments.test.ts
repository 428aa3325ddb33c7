import { expect, test } from 'vitest'
import { parseInput } from './arguments.ts'
import { cliMethods, methodHelp } from './help.ts'

const read = (words: string) => {
  const [domain, verb, ...rest] = words.split(' ')
  const listed = cliMethods().find(method => method.domain === domain && method.verb === verb)
  if (!listed) throw new Error(`there is no ${domain} ${verb}`)
  return parseInput(listed, rest, { resolvePath: path => `/here/${path}`, readFile: path => `text of ${path}` })
}

test('a setting that can be taken away has a flag that says so', () => {
  expect(read('inference update assistant --no-adapter --no-chat-template')).toEqual({
    id: 'assistant',
    adapter: null,
    chatTemplate: null,
  })
  expect(read('inference update assistant --adapter tuned --threads 4 --chat-template @t.jinja')).toEqual({
    id: 'assistant',
    adapter: 'tuned',
    threads: 4,
    chatTemplate: 'text of /here/t.jinja',
  })
  const update = cliMethods().find(({ domain, verb }) => domain === 'inference' && verb === 'update')
  const help = update ? methodHelp(update) : ''
  expect(help).toMatch(/--adapter VALUE +a LoRA adapter of this model; --no-adapter: no adapter/)
  expect(help).toMatch(/--threads N /)
})

test('a setting that cannot be taken away has no such flag', () => {
  for (const words of [
    'inference update a --no-parallel',
    'models list --no-limit 5',
    'inference update a --no-adapter=x',
  ])
    expect(() => read(words)).toThrow(/There is no flag --no-/)
  expect(read('inference deploy base --no-wait')).toEqual({ model: 'base', wait: false })
})

test('columns are mapped one by one or in one word, and a comma in the name of a column stays in it', () => {
  const map = (...words: string[]) => read(['datasets import rows.csv', ...words].join(' ')).map
  const both = { prompt: 'Question', response: 'Answer' }
  expect(map('--map prompt=Question,response=Answer')).toEqual(both)
  expect(map('--map prompt=Question --map response=Answer')).toEqual(both)
  expect(map('--map=prompt=Question,response=Answer')).toEqual(both)
  expect(map('--map prompt=last,first --map response=a=b,c')).toEqual({ prompt: 'last,first', response: 'a=b,c' })
  expect(() => map('--map prompt=Question,answer=Answer')).toThrow(
    expect.objectContaining({ message: '--map knows no "answer".', hint: expect.stringContaining('response') }),
  )
  const listed = cliMethods().find(({ domain, verb }) => domain === 'datasets' && verb === 'import')
  expect(listed && methodHelp(listed)).toMatch(/--map KEY=VALUE\[,KEY=VALUE…\] .*prompt=Question,response=Answer/)
})
