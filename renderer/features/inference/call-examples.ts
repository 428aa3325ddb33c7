/** One way to call a deployment, ready to be pasted. */
export type CallExample = { readonly key: string; readonly title: string; readonly code: string }

type Request = {
  /** Such as `http://127.0.0.1:8787`. */
  readonly address: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

// Names may hold quotes, and the shell expands what stands in double ones.
const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** The same request from a shell, from Python and from JavaScript. Without `stream`: an example prints a whole answer. */
export function requestExamples({ address, path, body: given }: Request): readonly CallExample[] {
  const { stream: _stream, stream_options: _options, ...body } = given
  const isChat = path.endsWith('/chat/completions')
  const create = isChat ? 'chat.completions.create' : 'completions.create'
  const text = isChat ? 'choices[0].message.content' : 'choices[0].text'
  const fields = Object.entries(body)
  return [
    {
      key: 'curl',
      title: 'curl',
      code: [
        `curl ${address}${path} \\`,
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
        ...pythonFields(fields),
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
        ...fields.map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`),
        '})',
        `console.log(answer.${text})`,
      ].join('\n'),
    },
  ]
}

// The Python client takes only OpenAI's own parameters by name; others go into the body by hand.
const notOpenAi: ReadonlySet<string> = new Set(['repetition_penalty', 'top_k', 'min_p'])

function pythonFields(fields: readonly (readonly [string, unknown])[]): readonly string[] {
  const own = fields.filter(([name]) => !notOpenAi.has(name))
  const others = fields.filter(([name]) => notOpenAi.has(name))
  return [
    ...own.map(([name, value]) => `    ${name}=${pythonLiteral(value)},`),
    ...(others.length > 0 ? [`    extra_body=${pythonLiteral(Object.fromEntries(others))},`] : []),
  ]
}

/** JSON as Python writes it: True, False and None; texts and numbers are the same. */
function pythonLiteral(value: unknown): string {
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (value === null || value === undefined) return 'None'
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([name, each]) => `${JSON.stringify(name)}: ${pythonLiteral(each)}`)
      .join(', ')}}`
  return JSON.stringify(value)
}

type Call = {
  readonly address: string
  /** The deployment's name. */
  readonly name: string
  /** Without a chat template only plain completions make sense. */
  readonly isChat: boolean
}

/** The shortest request that a deployment answers. */
export const callExamples = ({ address, name, isChat }: Call): readonly CallExample[] =>
  requestExamples(
    isChat
      ? {
          address,
          path: '/v1/chat/completions',
          body: { model: name, messages: [{ role: 'user', content: 'Hello' }] },
        }
      : { address, path: '/v1/completions', body: { model: name, prompt: 'Once upon a time', max_tokens: 64 } },
  )

/** The same without any address, for a person at this machine. */
export const terminalExample = (name: string): string => `slipway inference chat ${shellQuoted(name)} 'Hello'`
