import type { Deployment, DeploymentState, EngineKind } from '../../../main/contract/inference.ts'
import { dictionary } from '../../lib/i18n.ts'
import type { GlyphState } from '../../ui/Glyph.tsx'

export const deploymentGlyph: Record<DeploymentState, GlyphState> = {
  queued: 'queue',
  starting: 'run',
  loading: 'run',
  serving: 'live',
  stopping: 'run',
  stopped: 'stop',
  failed: 'fail',
  lost: 'lost',
}

export const deploymentStateText = dictionary({
  queued: ['Queued', '排队中'],
  starting: ['Starting', '启动中'],
  loading: ['Loading', '加载中'],
  serving: ['Serving', '服务中'],
  stopping: ['Stopping', '停止中'],
  stopped: ['Stopped', '已停止'],
  failed: ['Failed', '失败'],
  lost: ['Lost', '已丢失'],
} satisfies Record<DeploymentState, readonly [string, string]>)

/** Names of programs: the same in every language. */
export const engineName: Record<EngineKind, string> = { llama: 'llama.cpp', transformers: 'Transformers' }

const canStart: Record<DeploymentState, boolean> = {
  queued: false,
  starting: false,
  loading: false,
  serving: false,
  stopping: false,
  stopped: true,
  failed: true,
  lost: true,
}
export const isStartable = ({ state }: Pick<Deployment, 'state'>): boolean => canStart[state]
/** It will serve without anyone doing more. */
export const isComing = ({ state }: Pick<Deployment, 'state'>): boolean =>
  state === 'queued' || state === 'starting' || state === 'loading'

/** The model with its adapter, as one name. */
export const servedName = ({ model, adapter }: Pick<Deployment, 'model' | 'adapter'>): string =>
  adapter ? `${model.name} + ${adapter.name}` : model.name
