import { Popover } from 'antd'
import { Globe, WifiOff } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { NetworkState } from '../../main/contract/system.ts'
import { useNow } from '../lib/clock.ts'
import { ago, bytes, dateTime } from '../lib/format.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { hrefTo } from '../lib/route.ts'
import { useView } from '../lib/view.ts'

const phrases = dictionary({
  network: ['Network', '网络'],
  offline: ['Offline', '离线'],
  open: ['Network on', '可联网'],
  out: [(size: string) => `${size} out`, (size: string) => `出站 ${size}`],
  uncounted: ['out not counted', '出站未计'],
  offlineWhy: [
    'Hard offline: no process of Slipway may open a socket to another machine. SLIPWAY_OFFLINE=hard was set when it was started.',
    '强制离线：Slipway 的所有进程都不能连接其他机器。启动时设置了 SLIPWAY_OFFLINE=hard。',
  ],
  openWhy: [
    'Slipway uses the network only when you build an environment. Training, evaluation, serving and imports have none at all.',
    '只有在构建环境时，Slipway 才会使用网络。训练、评测、部署和导入完全不联网。',
  ],
  sent: ['Sent since the start', '启动以来发出'],
  sentUnknown: [
    'not known: a build went through a proxy of yours, or was killed before it could say',
    '未知：有构建经过你设置的代理，或在报告之前被终止',
  ],
  uses: ['Builds that asked a package index', '访问过软件源的构建'],
  none: ['None yet.', '暂无。'],
  now: ['now', '进行中'],
  notCounted: ['not counted', '未计'],
  where: ['Network settings', '网络设置'],
})

/** In the top bar: whether anything can leave this machine and how much has; opened, what it means, and what did. */
export function NetworkEntry({ network }: { readonly network: NetworkState }) {
  const text = useText(phrases)
  const [isOpen, setIsOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const { state, bytesOut } = network
  const isOffline = state === 'offline'
  const Icon = isOffline ? WifiOff : Globe
  const close = () => {
    setIsOpen(false)
    button.current?.focus()
  }
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={isOpen}
      onOpenChange={setIsOpen}
      destroyOnHidden
      content={<NetworkFacts network={network} onClose={close} />}
    >
      <button ref={button} type="button" className="net" aria-haspopup="dialog" aria-expanded={isOpen}>
        <Icon size={14} strokeWidth={1.7} />
        <span className="net-words">
          <b>{isOffline ? text.offline : text.open}</b>
          <span>{bytesOut === null ? text.uncounted : text.out(bytes(bytesOut))}</span>
        </span>
      </button>
    </Popover>
  )
}

function NetworkFacts({ network, onClose }: { readonly network: NetworkState; readonly onClose: () => void }) {
  const text = useText(phrases)
  const language = useView(view => view.language)
  const nowMs = useNow()
  const { state, bytesOut, uses } = network
  const facts = useRef<HTMLDivElement>(null)
  // What was opened by hand is read next; Escape gives the way back.
  useEffect(() => facts.current?.focus(), [])
  return (
    <div
      role="dialog"
      aria-label={text.network}
      className="net-facts"
      tabIndex={-1}
      ref={facts}
      onKeyDown={event => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onClose()
      }}
    >
      <p>{state === 'offline' ? text.offlineWhy : text.openWhy}</p>
      <h3>{text.sent}</h3>
      <p className="fig">{bytesOut === null ? text.sentUnknown : bytes(bytesOut)}</p>
      <h3>{text.uses}</h3>
      {uses.length === 0 && <p>{text.none}</p>}
      <ul>
        {uses.map(({ environment, at, isOver, bytesOut: sent }) => (
          <li key={`${at} ${environment}`}>
            <a className="ell" href={hrefTo('environments', environment)} onClick={onClose}>
              {environment}
            </a>
            <time dateTime={at} title={dateTime(at)}>
              {isOver ? ago(at, nowMs, language) : text.now}
            </time>
            <span className="fig">{sent === null ? text.notCounted : bytes(sent)}</span>
          </li>
        ))}
      </ul>
      <a className="link" href={hrefTo('settings', { section: 'api' })} onClick={onClose}>
        {text.where}
      </a>
    </div>
  )
}
