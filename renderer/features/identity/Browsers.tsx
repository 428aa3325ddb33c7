import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Button } from 'antd'
import type { BrowserSession } from '../../../main/contract/identity.ts'
import { signOut } from '../../lib/access.ts'
import { api } from '../../lib/client.ts'
import { dateTime, middle } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { useWidth } from '../../lib/width.ts'
import { Chip } from '../../ui/bits.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { type Column, VirtualGrid } from '../../ui/VirtualGrid.tsx'

const phrases = dictionary({
  title: ['Signed-in browsers', '已登录的浏览器'],
  note: [
    'A launch link signs a browser in as you, for 12 hours after its last use. A key signs in for what it may do, for half an hour.',
    '启动链接以你的身份登录，最后一次使用后 12 小时内有效。密钥登录只有该密钥的权限，闲置半小时即失效。',
  ],
  unread: ['The browsers could not be read', '无法读取浏览器列表'],
  notEnded: ['The browser could not be signed out', '无法让该浏览器退出登录'],
  none: ['No browser is signed in.', '没有已登录的浏览器。'],
  as: ['Signed in', '登录方式'],
  link: ['by a launch link', '启动链接'],
  key: [(name: string) => `with the key “${name}”`, (name: string) => `密钥“${name}”`],
  yours: ['this browser', '此浏览器'],
  began: ['Since', '登录时间'],
  used: ['Last used', '最近使用'],
  id: ['In the audit log', '审计标识'],
  end: ['Sign out', '退出登录'],
  endName: [(id: string) => `Sign out ${id}`, (id: string) => `让 ${id} 退出登录`],
  endOthers: ['Sign all others out', '让其他浏览器全部退出'],
  endTitle: [
    (count: number) => (count === 1 ? 'Sign the other browser out?' : `Sign ${count} other browsers out?`),
    (count: number) => `让其他 ${count} 个浏览器退出登录？`,
  ],
  endWhat: [
    'Whoever sits there has to open a launch link or show a key again. Jobs go on; what was typed there and not sent stays in that browser.',
    '对方需要重新打开启动链接或输入密钥。任务不受影响；尚未提交的内容保留在对方浏览器中。',
  ],
  keep: ['Leave them', '保留'],
})

/** As the audit log names who acts. */
const actorOf = (id: string): string => `session:${id}`

/** Who looks at this workstation through a browser, and the way to show each of them out. */
export function Browsers() {
  const text = useText(phrases)
  const { modal } = App.useApp()
  const { data, error, isPending, refetch } = useQuery(api.sessions.list.queryOptions({ input: {} }))
  const { mutate, error: failure } = useMutation(api.sessions.endOther.mutationOptions())
  const items = data?.items ?? []
  const others = items.filter(({ isYours }) => !isYours).length
  const ask = (count: number, input: { readonly id?: string }) =>
    modal.confirm({
      title: text.endTitle(count),
      content: text.endWhat,
      okText: text.end,
      okButtonProps: { danger: true },
      cancelText: text.keep,
      autoFocusButton: 'cancel',
      onOk: () => mutate(input),
    })
  const columns = useColumns(items, ({ id, isYours }) => (isYours ? void signOut() : void ask(1, { id })))
  return (
    <div className="col grow">
      <div className="browsers-note">
        <p className="sub">{text.note}</p>
        <Button size="small" disabled={others === 0} onClick={() => void ask(others, {})}>
          {text.endOthers}
        </Button>
      </div>
      {error && (
        <div className="sec">
          <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />
        </div>
      )}
      {failure && (
        <div className="sec">
          <FailureFault error={failure} title={text.notEnded} />
        </div>
      )}
      {data && items.length === 0 && <p className="sec sub">{text.none}</p>}
      {!error && items.length + Number(isPending) > 0 && (
        <VirtualGrid label={text.title} count={items.length} columns={columns} isLoading={isPending} />
      )}
    </div>
  )
}

function useColumns(items: readonly BrowserSession[], end: (session: BrowserSession) => void): readonly Column[] {
  const text = useText(phrases)
  const width = useWidth()
  const cell = (show: (session: BrowserSession) => React.ReactNode) => (index: number) => {
    const session = items[index]
    return session && show(session)
  }
  const all: readonly (Column & { readonly fromPx?: number })[] = [
    {
      key: 'as',
      title: text.as,
      width: 'minmax(200px,1fr)',
      cell: cell(({ key, isYours }) => (
        <span className="nm">
          <b className="ell" dir="auto" title={key?.name}>
            {key ? text.key(middle(key.name, 40)) : text.link}
          </b>
          {isYours && <Chip tone="acc">{text.yours}</Chip>}
        </span>
      )),
    },
    { key: 'used', title: text.used, width: '172px', cell: cell(({ usedAt }) => dateTime(usedAt)) },
    {
      key: 'began',
      title: text.began,
      width: '172px',
      fromPx: 1_000,
      cell: cell(({ beganAt }) => <span className="dim">{dateTime(beganAt)}</span>),
    },
    {
      key: 'id',
      title: text.id,
      width: '168px',
      fromPx: 1_200,
      cell: cell(({ id }) => <span className="mono dim">{actorOf(id)}</span>),
    },
    {
      key: 'end',
      title: '',
      width: '112px',
      align: 'right',
      cell: cell(session => (
        <Button
          size="small"
          type="text"
          danger={!session.isYours}
          aria-label={session.isYours ? text.end : text.endName(session.id)}
          onClick={() => end(session)}
        >
          {text.end}
        </Button>
      )),
    },
  ]
  return all.filter(({ fromPx = 0 }) => width >= fromPx)
}
