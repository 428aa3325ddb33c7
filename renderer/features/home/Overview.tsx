import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/client.ts'
import { useNow } from '../../lib/clock.ts'
import { ago, dateTime, figure, middle, number, percent } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { progressWords } from '../../lib/job-progress.ts'
import { jobGlyph, jobKindText, jobStateText, pageOfKind, useJobName } from '../../lib/job-words.ts'
import { go, hrefTo } from '../../lib/route.ts'
import { useView } from '../../lib/view.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { ProgressLine } from '../../ui/bits.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import { deploymentGlyph, deploymentStateText } from '../inference/deployment-words.ts'
import { OverviewList } from './OverviewList.tsx'

const phrases = dictionary({
  runs: ['Latest runs', '最近的训练'],
  deployments: ['Deployments', '部署'],
  jobs: ['Latest jobs', '最近的任务'],
  all: ['All', '全部'],
  newRun: ['Start a training run', '新建训练'],
  deploy: ['Deploy a model', '部署模型'],
  noRuns: ['Nothing was trained here yet.', '还没有训练。'],
  noDeployments: ['Nothing is served.', '没有部署。'],
  noJobs: ['No job has run yet.', '还没有任务。'],
  loss: [(loss: string) => `loss ${loss}`, (loss: string) => `损失 ${loss}`],
  steps: [
    (done: string, all: string) => `${done} / ${all} steps`,
    (done: string, all: string) => `${done} / ${all} 步`,
  ],
  rate: [(tokens: string) => `${tokens} tok/s`, (tokens: string) => `${tokens} tok/s`],
  left: [(time: string) => `${time} left`, (time: string) => `剩余 ${time}`],
  unread: ['What happened here could not be read', '无法读取最近的活动'],
})

const few = 6

/** What happened here last: runs, what is served, jobs. */
export function Overview() {
  const text = useText(phrases)
  const kinds = useText(jobKindText)
  const states = useText(jobStateText)
  const nameOf = useJobName()
  const deploymentStates = useText(deploymentStateText)
  const language = useView(view => view.language)
  const nowMs = useNow()
  const runs = useQuery(api.training.list.queryOptions({ input: { limit: few } }))
  const deployments = useQuery(api.inference.list.queryOptions({ input: { limit: few } }))
  const jobs = useQuery(api.jobs.list.queryOptions({ input: { limit: few } }))
  const broken = [runs, deployments, jobs].find(({ error }) => error)
  const when = (iso: string) => (
    <time dateTime={iso} title={dateTime(iso)}>
      {ago(iso, nowMs, language)}
    </time>
  )
  if (broken) return <FailureFault error={broken.error} title={text.unread} onRetry={() => void broken.refetch()} />
  const isPending = runs.isPending || deployments.isPending || jobs.isPending
  return (
    // All three at once, in place of their bones: a list that is read first would push the others about.
    <div className="overview" key={isPending ? 'bones' : 'lists'}>
      <OverviewList
        title={text.runs}
        all={{ href: hrefTo('training'), name: text.all }}
        isPending={isPending}
        empty={
          <>
            <span>{text.noRuns}</span>
            <ActionButton needs="write" size="small" onClick={() => go('training', 'new')}>
              {text.newRun}
            </ActionButton>
          </>
        }
        rows={(runs.data?.items ?? []).map(run => ({
          key: run.id,
          glyph: <Glyph state={jobGlyph[run.state]} label={states[run.state]} quiet />,
          name: run.name,
          href: hrefTo('training', run.id),
          note: run.method.toUpperCase(),
          figure:
            run.state === 'running' && run.totalSteps !== undefined
              ? text.steps(number(run.step), number(run.totalSteps))
              : run.loss !== undefined
                ? text.loss(figure(run.loss))
                : states[run.state],
          when: when(run.createdAt),
        }))}
      />
      <OverviewList
        title={text.deployments}
        all={{ href: hrefTo('deployments'), name: text.all }}
        isPending={isPending}
        empty={
          <>
            <span>{text.noDeployments}</span>
            <ActionButton needs="write" size="small" onClick={() => go('deployments', { dialog: 'new' })}>
              {text.deploy}
            </ActionButton>
          </>
        }
        rows={(deployments.data?.items ?? []).map(deployment => ({
          key: deployment.id,
          glyph: <Glyph state={deploymentGlyph[deployment.state]} label={deploymentStates[deployment.state]} />,
          name: deployment.name,
          href: hrefTo('deployments', deployment.id),
          note: middle((deployment.adapter ?? deployment.model).name, 28),
          figure: deployment.load
            ? text.rate(number(deployment.load.tokensPerSecond))
            : deploymentStates[deployment.state],
          when: when(deployment.updatedAt),
        }))}
      />
      <OverviewList
        title={text.jobs}
        all={{ href: hrefTo('jobs'), name: text.all }}
        isPending={isPending}
        empty={<span>{text.noJobs}</span>}
        rows={(jobs.data?.items ?? []).map(job => {
          const page = pageOfKind[job.kind]
          const { share, left } = progressWords(job, language)
          const isRunning = job.state === 'running' && job.kind !== 'deployment' && share !== undefined
          return {
            key: job.id,
            glyph: <Glyph state={jobGlyph[job.state]} label={states[job.state]} quiet />,
            name: nameOf(job),
            href: page ? hrefTo(page, job.subjectId) : hrefTo('jobs', job.id),
            note: kinds[job.kind],
            figure: isRunning ? (
              <span className="overview-bar">
                <ProgressLine share={share} label={nameOf(job)} />
                {left ? text.left(left) : percent(share)}
              </span>
            ) : (
              states[job.state]
            ),
            when: when(job.endedAt ?? job.createdAt),
          }
        })}
      />
    </div>
  )
}
