import { useMutation } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { type FormEvent, useId, useState } from 'react'
import { api } from '../lib/client.ts'
import { failureOf } from '../lib/failure.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { CommandLine } from '../ui/CommandLine.tsx'
import { FailureFault, Fault } from '../ui/Fault.tsx'
import { LanguageAndTheme } from './LanguageAndTheme.tsx'
import { Mark } from './TopBar.tsx'

const phrases = dictionary({
  title: ['This browser has no session', '此浏览器没有会话'],
  link: ['You own this machine', '你是本机的所有者'],
  linkWhy: [
    'Make a launch link in a terminal and open it here. It works once, for one minute; its session may do everything.',
    '在终端生成启动链接，并在此浏览器中打开。链接只能使用一次，有效期一分钟；会话拥有全部权限。',
  ],
  key: ['You were given an API key', '你有 API 密钥'],
  keyWhy: [
    'The session may do what the key may do. It ends after half an hour without use, after twelve hours, or with the key.',
    '会话的权限与密钥相同。闲置半小时、满十二小时或密钥失效后，会话即结束。',
  ],
  field: ['API key', 'API 密钥'],
  signIn: ['Sign in', '登录'],
  refused: ['The key opens no session', '该密钥无法登录'],
  unknown: ['It is unknown, revoked or expired.', '密钥不存在、已吊销或已过期。'],
  unknownDo: [
    'Look whether a part of it is missing, or ask whoever owns this machine for a new one.',
    '请检查是否漏了一部分，或向本机所有者索取新的密钥。',
  ],
  cannotRead: [
    'It may only ask models; the screens need one that may read.',
    '该密钥只能调用模型，界面需要“读取”权限。',
  ],
  cannotReadDo: ['Use it in programs, and sign in here with another.', '该密钥可用于程序；请用其他密钥登录此处。'],
  busy: ['Too many wrong keys were tried.', '输错的次数过多。'],
  busyDo: ['Wait a minute, or open a launch link.', '请等待一分钟，或改用启动链接。'],
})

/** What somebody sees who opened the bare address, or whose session has ended: the two ways in. */
export function NoSession() {
  const text = useText(phrases)
  return (
    <main className="page alone">
      <div className="no-session">
        <header>
          <Mark />
          <h1>{text.title}</h1>
        </header>
        <section>
          <h2>{text.link}</h2>
          <p className="sub">{text.linkWhy}</p>
          <CommandLine command="npx slipway serve" />
        </section>
        <section>
          <h2>{text.key}</h2>
          <p className="sub">{text.keyWhy}</p>
          <SignIn />
        </section>
        <footer>
          <LanguageAndTheme />
        </footer>
      </div>
    </main>
  )
}

function SignIn() {
  const text = useText(phrases)
  const id = useId()
  const [key, setKey] = useState('')
  // The page begins anew: nothing that another session has read stays in it.
  const signIn = useMutation({
    ...api.sessions.begin.mutationOptions({ onSuccess: () => location.reload() }),
    gcTime: 0,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (key.trim() !== '' && !signIn.isPending) signIn.mutate({ key: key.trim() })
  }
  return (
    <form className="sign-in" onSubmit={submit}>
      <label htmlFor={id}>{text.field}</label>
      <div className="acts">
        <Input.Password
          id={id}
          autoFocus
          className="mono"
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          value={key}
          onChange={event => setKey(event.target.value)}
        />
        <Button
          type="primary"
          htmlType="submit"
          disabled={key.trim() === ''}
          loading={signIn.isPending || signIn.isSuccess}
        >
          {text.signIn}
        </Button>
      </div>
      {signIn.error && <Refused error={signIn.error} />}
    </form>
  )
}

/** Why a key opened nothing, in the language of the page: nobody is here yet to read a log. */
function Refused({ error }: { readonly error: unknown }) {
  const text = useText(phrases)
  switch (failureOf(error).code) {
    case 'unauthenticated':
      return <Fault title={text.refused} cause={text.unknown} remedy={text.unknownDo} />
    case 'forbidden':
      return <Fault title={text.refused} cause={text.cannotRead} remedy={text.cannotReadDo} />
    case 'busy':
      return <Fault title={text.refused} cause={text.busy} remedy={text.busyDo} />
    default:
      return <FailureFault error={error} title={text.refused} />
  }
}
