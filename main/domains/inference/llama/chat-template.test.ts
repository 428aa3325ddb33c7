import { afterAll, describe, expect, test } from 'vitest'
import { createTemplateRenderer } from './chat-template.ts'

const renderer = createTemplateRenderer()
afterAll(() => renderer.close())

const input = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
  ],
  bosToken: '<s>',
  eosToken: '</s>',
}

describe('chat templates', () => {
  test('render messages, special tokens and the generation prompt', async () => {
    const template = `{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m['content'] | trim }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}`
    expect(await renderer.render(template, input)).toBe('<s>[system]Be brief.[user]Hi[assistant]')
  })

  test('say in their own words what they refuse', async () => {
    const refusing = `{{ raise_exception('roles must alternate') }}`
    await expect(renderer.render(refusing, input)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('roles must alternate'),
    })
  })

  test('an endless loop is ended by its processor time', async () => {
    const endless = `{% for a in range(999) %}{% for b in range(999) %}{% for c in range(999) %}{% set x = a * b %}{% endfor %}{% endfor %}{% endfor %}`
    await expect(renderer.render(endless, input)).rejects.toMatchObject({
      message: expect.stringContaining('processor time'),
    })
  })

  test.each([
    [
      'a wide loop',
      `{% for a in range(99999) %}{% for b in range(99999) %}{% set x = a * b %}{% endfor %}{% endfor %}`,
    ],
    [
      'a gigabyte of output',
      `{% set ns = namespace(x='0123456789') %}{% for i in range(27) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}`,
    ],
    ['a range that fills the memory', `{% set x = range(999999999) %}`],
    ['a little more than the output limit', `{% for i in range(1001) %}{{ '${'x'.repeat(1000)}' }}{% endfor %}`],
    ['a template that does not parse', `{% for %}`],
    ['a reach for host objects', `{{ ''.constructor.constructor('return process')().exit(1) }}`],
    ['a reach for the class tree', `{{ ''.__class__.__mro__[1].__subclasses__() }}`],
  ])('%s costs only its own request', async (_, hostile) => {
    await expect(renderer.render(hostile, input)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await renderer.render('{{ messages[1].content }}', input)).toBe('Hi')
  })
})
