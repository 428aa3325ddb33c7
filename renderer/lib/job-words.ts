import type { Job, JobKind, JobState } from '../../main/contract/jobs.ts'
import type { GlyphState } from '../ui/Glyph.tsx'
import { useSaid } from './backend-words.ts'
import { dictionary } from './i18n.ts'

const ended: Record<JobState, boolean> = {
  queued: false,
  starting: false,
  running: false,
  stopping: false,
  done: true,
  failed: true,
  cancelled: true,
  lost: true,
}
export const isEnded = (state: JobState): boolean => ended[state]
export const liveStates: readonly JobState[] = (Object.keys(ended) as JobState[]).filter(state => !isEnded(state))

export const jobGlyph: Record<JobState, GlyphState> = {
  queued: 'queue',
  starting: 'run',
  running: 'run',
  stopping: 'run',
  done: 'ok',
  failed: 'fail',
  cancelled: 'stop',
  lost: 'lost',
}

export const jobStateText = dictionary({
  queued: ['Queued', '排队中'],
  starting: ['Starting', '启动中'],
  running: ['Running', '运行中'],
  stopping: ['Stopping', '停止中'],
  done: ['Done', '已完成'],
  failed: ['Failed', '失败'],
  cancelled: ['Stopped', '已停止'],
  lost: ['Lost', '已丢失'],
})

/** What a job does that is being stopped: the time that the whole of it would take is no longer told. */
export const stoppingText = dictionary({
  saving: ['saving a checkpoint', '正在保存检查点'],
  ending: ['ending', '正在结束'],
})

export const jobKindText = dictionary({
  training: ['Training', '训练'],
  deployment: ['Deployment', '部署'],
  evaluation: ['Evaluation', '评测'],
  environment: ['Environment', '环境'],
  conversion: ['Conversion', '转换'],
  import: ['Import', '导入'],
  verification: ['Verification', '校验'],
  storage: ['Storage check', '存储检查'],
} satisfies Record<JobKind, readonly [string, string]>)

/** Whose jobs the backend names, such as `import notes`; the others bear the name that a person gave to something. */
const namedByBackend: Record<JobKind, boolean> = {
  training: false,
  deployment: false,
  evaluation: false,
  environment: true,
  conversion: true,
  import: true,
  verification: true,
  storage: true,
}

/** What a job is called in the language that is on. */
export function useJobName(): (job: Pick<Job, 'kind' | 'name'>) => string {
  const said = useSaid()
  return job => jobName(job, said)
}

/** The same for a moment outside of a component. */
export const jobName = ({ kind, name }: Pick<Job, 'kind' | 'name'>, translate: (text: string) => string): string =>
  namedByBackend[kind] ? translate(name) : name

/** Where the thing that a job serves is shown. */
export const pageOfKind: Partial<Record<JobKind, string>> = {
  training: 'training',
  deployment: 'deployments',
  evaluation: 'evaluations',
  environment: 'environments',
}
