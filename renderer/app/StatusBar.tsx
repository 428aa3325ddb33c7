import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { api } from '../lib/client.ts'
import { useConnection } from '../lib/connection.ts'
import { number, percent } from '../lib/format.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { progressWords } from '../lib/job-progress.ts'
import { jobGlyph, useJobName } from '../lib/job-words.ts'
import { useLatency } from '../lib/latency.ts'
import { useLiveJobs } from '../lib/live-jobs.ts'
import { hrefTo } from '../lib/route.ts'
import { useView } from '../lib/view.ts'
import { ProgressLine } from '../ui/bits.tsx'
import { Glyph } from '../ui/Glyph.tsx'
import { KeySession } from './KeySession.tsx'
import { LanguageAndTheme } from './LanguageAndTheme.tsx'

const phrases = dictionary({
  backend: ['Backend', '后端'],
  lost: ['Backend lost, connecting again', '后端失联，正在重连'],
  silent: ['Backend not answering', '后端无响应'],
  connecting: ['Connecting', '正在连接'],
  noApi: ['API off', 'API 未开启'],
  api: [(address: string) => `API ${address}`, (address: string) => `API ${address}`],
  capsule: [(backend: string) => `Training: ${backend}`, (backend: string) => `训练环境：${backend}`],
  noCapsule: ['No training environment', '未构建训练环境'],
  noJobs: ['No jobs', '没有任务'],
  count: [
    (running: number, queued: number) => `${running} running, ${queued} queued`,
    (running: number, queued: number) => `${running} 个运行中，${queued} 个排队`,
  ],
  left: [(time: string) => `${time} left`, (time: string) => `剩余 ${time}`],
  keyboard: ['Keyboard', '键盘'],
})

export function StatusBar() {
  const text = useText(phrases)
  const state = useConnection(connection => connection.state)
  const latencyMs = useLatency(latency => latency.quickestMs)
  const status = useQuery(api.system.status.queryOptions({ input: {} })).data
  const environments = useQuery(api.environments.list.queryOptions({ input: {} })).data?.items
  const training = environments?.find(environment => environment.name === 'training')
  const set = useView(view => view.set)
  return (
    <footer className="status">
      <span className="st state" role="status">
        <Glyph state={state === 'live' ? 'ok' : state === 'connecting' ? 'run' : 'lost'} size={11} />
        {state === 'live' ? text.backend : state === 'connecting' || state === 'silent' ? text[state] : text.lost}
        {state === 'live' && latencyMs !== undefined && <em>{`${number(latencyMs, latencyMs < 10 ? 1 : 0)} ms`}</em>}
      </span>
      {/* Each entry comes once the ones before it are known: nothing that is read moves. */}
      {status && (
        <a className="st" href={hrefTo('settings')}>
          {status.address ? text.api(status.address.replace('http://', '')) : text.noApi}
        </a>
      )}
      {status && environments && (
        <a className="st" href={hrefTo('environments')}>
          {training?.backend ? text.capsule(training.backend.toUpperCase()) : text.noCapsule}
        </a>
      )}
      <KeySession />
      <div className="grow" />
      <TrayButton />
      <button type="button" onClick={() => set({ overlay: 'keys' })}>
        {text.keyboard} <kbd>?</kbd>
      </button>
      <LanguageAndTheme />
    </footer>
  )
}

/** The first running job in one line, and the door to all of them. Each figure has its place, whether it is known or not. */
function TrayButton() {
  const text = useText(phrases)
  const language = useView(view => view.language)
  const isOpen = useView(view => view.isTrayOpen)
  const set = useView(view => view.set)
  const jobs = useLiveJobs().filter(job => job.kind !== 'deployment' || job.state !== 'running')
  const [first] = jobs
  const nameOf = useJobName()
  if (!first) return <span className="st dim">{text.noJobs}</span>
  const queued = jobs.filter(job => job.state === 'queued').length
  const { share, left } = progressWords(first, language)
  const name = nameOf(first)
  return (
    <button
      type="button"
      className={isOpen ? 'job on' : 'job'}
      aria-expanded={isOpen}
      onClick={() => set({ isTrayOpen: !isOpen })}
    >
      <Glyph state={jobGlyph[first.state]} size={11} />
      <span className="job-count">{text.count(jobs.length - queued, queued)}</span>
      <span className="ell job-name" title={name} dir="auto">
        {name}
      </span>
      <ProgressLine share={share} label={name} />
      <span className="tab job-share">{share !== undefined && percent(share)}</span>
      <span className="ell tab job-left">{left !== undefined && text.left(left)}</span>
      {isOpen ? <ChevronDown size={13} /> : <ChevronUp size={13} />}
    </button>
  )
}
