/** One way to call a deployment, ready to be pasted. */
export type CallExample = { readonly key: string; readonly title: string; readonly code: string }

type Call = {
  /** Such as `http://127.0.0.1:8787`. */
  readonly address: string
  /** The deployment's name. */
  readonly name: string
  /** Without a chat template only plain completions make sense. */
  readonly isChat: boolean
}

// Names may hold quotes, and the shell expands what stands in double ones.
const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
// A JSON string is a Python and a JavaScript string too.
const quoted = (text: string): string => JSON.stringify(text)

/** The same request from a shell, from Python and from JavaScript. */
export function callExamples({ address, name, isChat }: Call): readonly CallExample[] {
  const path = isChat ? 'chat/completions' : 'completions'
  const body = isChat
    ? { model: name, messages: [{ role: 'user', content: 'Hello' }] }
    : { model: name, prompt: 'Once upon a time', max_tokens: 64 }
  const create = isChat ? 'chat.completions.create' : 'completions.create'
  const python = isChat
    ? `    messages=[{"role": "user", "content": "Hello"}],`
    : `    prompt="Once upon a time",\n    max_tokens=64,`
  const javascript = isChat
    ? `  messages: [{ role: 'user', content: 'Hello' }],`
    : `  prompt: 'Once upon a time',\n  max_tokens: 64,`
  const text = isChat ? 'choices[0].message.content' : 'choices[0].text'
  return [
    {
      key: 'curl',
      title: 'curl',
      code: [
        `curl ${address}/v1/${path} \\`,
        `  -H "Authorization: Bearer $SLIPWAY_KEY" \\`,
        `  -H "Content-Type: application/json" \\`,
        `  -d ${shellQuoted(JSON.stringify(body))}`,
      ].join('\n'),
    },
    {
      key: 'python',
      title: 'Python',
      code: [
        'import os',
        'from openai import OpenAI',
        '',
        `client = OpenAI(base_url="${address}/v1", api_key=os.environ["SLIPWAY_KEY"])`,
        `answer = client.${create}(`,
        `    model=${quoted(name)},`,
        python,
        ')',
        `print(answer.${text})`,
      ].join('\n'),
    },
    {
      key: 'javascript',
      title: 'JavaScript',
      code: [
        `import OpenAI from 'openai'`,
        '',
        `const client = new OpenAI({ baseURL: '${address}/v1', apiKey: process.env.SLIPWAY_KEY })`,
        `const answer = await client.${create}({`,
        `  model: ${quoted(name)},`,
        javascript,
        '})',
        `console.log(answer.${text})`,
      ].join('\n'),
    },
  ]
}

/** The same without any address, for a person at this machine. */
export const terminalExample = (name: string): string => `slipway inference chat ${shellQuoted(name)} 'Hello'`
