import { dictionary, useText } from '../../../lib/i18n.ts'

export const runText = dictionary({
  runs: ['Training', '训练'],
  again: ['Open as a new run', '以此新建'],
  compare: ['Compare', '对比'],
  stop: ['Stop and save', '停止并保存'],
  resume: ['Resume', '继续训练'],
  more: ['More', '更多'],
  of: [
    (what: string, model: string, data: string) => `${what} of ${model} on ${data}`,
    (what: string, model: string, data: string) => `${model}，${what}，${data}`,
  ],
  step: ['Step', '步数'],
  train: ['Train loss', '训练损失'],
  validation: ['Validation loss', '验证损失'],
  rate: ['Rate', '速率'],
  memory: ['Peak memory', '内存峰值'],
  left: ['Time left', '剩余时间'],
  doing: ['Now', '当前'],
  saving: ['Saving', '正在保存'],
  savingNote: ['the step in progress, then a checkpoint', '完成当前步后写入检查点'],
  ending: ['Stopping', '正在停止'],
  endingNote: ['without a checkpoint', '不写入检查点'],
  took: ['Took', '用时'],
  perStep: [(seconds: string) => `${seconds} s a step`, (seconds: string) => `每步 ${seconds} 秒`],
  planned: [(size: string) => `planned ${size}`, (size: string) => `计划 ${size}`],
  bestAt: [
    (loss: string, step: string) => `best ${loss} at ${step}`,
    (loss: string, step: string) => `最佳 ${loss}，第 ${step} 步`,
  ],
  since: [(change: string) => `${change} since the first`, (change: string) => `较首点 ${change}`],
  ends: [(time: string) => `ends ${time}`, (time: string) => `预计 ${time} 结束`],
  endedAt: [(time: string) => `ended ${time}`, (time: string) => `结束于 ${time}`],
  place: [(place: number) => `place ${place} in the queue`, (place: number) => `排在第 ${place} 位`],
  stoppedAt: [(step: string) => `stopped at step ${step}`, (step: string) => `在第 ${step} 步停止`],
  failedAt: [(step: string) => `failed at step ${step}`, (step: string) => `在第 ${step} 步失败`],
  notFound: ['This run could not be read', '无法读取该训练'],
  checkpointMark: [(step: string) => `saved ${step}`, (step: string) => `已存 ${step}`],

  log: ['Log', '日志'],
  attempts: ['Attempt', '第几次训练'],
  attempt: [
    (number: number, state: string, time: string) => `Attempt ${number}: ${state}, ${time}`,
    (number: number, state: string, time: string) => `第 ${number} 次：${state}，${time}`,
  ],
  checkpoints: ['Checkpoints', '检查点'],
  configuration: ['Configuration', '配置'],
  tabs: ['Details', '详情'],

  size: ['Size', '大小'],
  when: ['When', '时间'],
  lossThere: ['Validation loss', '验证损失'],
  bestChip: ['best', '最佳'],
  latestChip: ['latest', '最新'],
  resumeHere: ['Resume from here', '从此处继续'],
  publish: ['Make a model', '生成模型'],
  published: ['Open its model', '打开模型'],
  noCheckpoints: ['No checkpoint has been written yet.', '尚未写入检查点。'],
  noCheckpointsKept: ['This run kept no checkpoint.', '该训练没有保留检查点。'],
  noCheckpointsHint: [
    (every: string) => `One is written every ${every} steps; Stop and save writes one at once.`,
    (every: string) => `每 ${every} 步写入一个；“停止并保存”会立即写入一个。`,
  ],
  publishTitle: [(step: string) => `Make a model of step ${step}`, (step: string) => `以第 ${step} 步生成模型`],
  publishText: [
    'Its weights are copied and registered as a model of their own; the run stays as it is.',
    '权重会被复制并登记为独立模型，训练本身不变。',
  ],
  publishFailed: ['The checkpoint could not become a model', '无法由该检查点生成模型'],
  madeModel: [(name: string) => `${name} is a model now.`, (name: string) => `${name} 已成为模型。`],
  name: ['Name', '名称'],
  cancel: ['Cancel', '取消'],
  description: ['Description', '说明'],
  describe: ['Describe it', '编辑说明'],
  saveWords: ['Save', '保存'],
  describeFailed: ['The description was not changed', '说明未能修改'],

  stopTitle: [(name: string) => `Stop ${name} and save?`, (name: string) => `停止 ${name} 并保存？`],
  stopText: [
    'The step in progress finishes, then a full checkpoint is written. You can resume later with nothing lost.',
    '当前步完成后写入完整检查点，之后可无损继续。',
  ],
  stopWithout: ['Stop without saving', '不保存直接停止'],
  stopLoss: [
    (steps: string, checkpoint: string) => `Without saving, ${steps} steps since checkpoint ${checkpoint} are lost.`,
    (steps: string, checkpoint: string) => `不保存则丢失检查点 ${checkpoint} 之后的 ${steps} 步。`,
  ],
  stopLossAll: [
    (steps: string) => `Without saving, all ${steps} steps are lost: no checkpoint was written yet.`,
    (steps: string) => `不保存则丢失全部 ${steps} 步：尚无检查点。`,
  ],
  keep: ['Keep running', '继续运行'],
  stopFailed: ['It could not be stopped', '无法停止'],
  dequeue: ['Take out of the queue', '移出队列'],

  failed: ['The run failed', '训练失败'],
  diverged: ['The run diverged', '训练已发散'],
  noResult: ['No model was made of it: its weights are of no use.', '未生成模型：这样的权重无法使用。'],
  lost: ['Nobody saw how the run ended', '训练结束情况不明'],
  lostCause: [
    'Its process is gone, and it said nothing before: the machine may have been switched off.',
    '进程已消失且未留下信息，可能是机器断电或重启。',
  ],
  fromCheckpoint: [
    (step: string) => `Nothing before checkpoint ${step} is lost: the run can go on from there.`,
    (step: string) => `检查点 ${step} 之前的内容没有丢失，可从该处继续。`,
  ],
  resumeFrom: [(step: string) => `Resume from ${step}`, (step: string) => `从 ${step} 继续`],
  resumeWith: [(change: string) => `Resume with ${change}`, (change: string) => `以 ${change} 继续`],
  retry: ['Start again', '重新开始'],
  retryFailed: ['It could not be started again', '无法重新开始'],
  openForm: ['Open the form', '打开表单'],
  resumeFailed: ['It could not be resumed', '无法继续训练'],
  drift: ['It is not as it was when the checkpoint was written', '与写入检查点时不一致'],
  driftCause: [
    'Going on from the weights is possible, but the curve does not continue as one.',
    '可以从这些权重继续，但曲线将不再连续。',
  ],
  parameter: ['Parameter', '参数'],
  before: ['At the checkpoint', '检查点时'],
  now: ['Now', '现在'],
  acceptDrift: ['Accept, and go on', '接受并继续'],

  nan: ['The loss is not a number', '损失不是数值'],
  nanCause: [
    (count: string, first: string) =>
      `${count} ${count === '1' ? 'point' : 'points'} since step ${first} ${count === '1' ? 'has' : 'have'} no finite loss: the weights have very probably diverged.`,
    (count: string, first: string) => `自第 ${first} 步起有 ${count} 个点的损失不是有限数，权重很可能已发散。`,
  ],
  nanRemedy: [
    'Stop it, and start again with a lower learning rate, clipped gradients, or bf16 instead of fp16. Checkpoints from before are sound.',
    '请停止，并以更低的学习率、梯度裁剪或 bf16（而非 fp16）重新开始。此前的检查点不受影响。',
  ],
  nanRemedyEnded: [
    'Start again with a lower learning rate, clipped gradients, or bf16 instead of fp16. Checkpoints from before are sound.',
    '请以更低的学习率、梯度裁剪或 bf16（而非 fp16）重新开始。此前的检查点不受影响。',
  ],
  warningCount: [
    (count: number) => (count === 1 ? '1 warning' : `${count} warnings`),
    (count: number) => `${count} 条警告`,
  ],
  warnings: ['The trainer warns', '训练器警告'],
  resultLink: [(name: string) => `made ${name}`, (name: string) => `产出 ${name}`],
  doneText: [
    (name: string) => `${name} can be measured, talked to, or tuned further.`,
    (name: string) => `${name} 可用于评测、部署或继续微调。`,
  ],
  evaluate: ['Evaluate', '评测'],
  deploy: ['Deploy', '部署'],
  tuneFurther: ['Tune further', '继续微调'],

  remove: ['Remove the run', '删除训练'],
  removed: [(name: string) => `${name} is removed.`, (name: string) => `${name} 已删除。`],
  restored: [(name: string) => `${name} is back.`, (name: string) => `${name} 已恢复。`],
  removeFailed: ['It could not be removed', '无法删除'],

  parameters: ['Parameters', '参数'],
  provenance: ['Provenance', '溯源'],
  threads: [(count: number) => (count === 1 ? '1 thread' : `${count} threads`), (count: number) => `${count} 线程`],
  made: ['Made from', '来源'],
  madeNothing: ['Made', '产出'],
  facts: ['What the trainer found', '训练器实测'],
  memoryPlan: ['Memory plan', '内存计划'],
  seed: ['Seed', '随机种子'],
  environment: ['Environment', '环境'],
  code: ['Slipway', 'Slipway'],
  worker: ['Worker', '训练器代码'],
  machine: ['Machine', '机器'],
  device: ['Device', '设备'],
  created: ['Created', '创建时间'],
  results: ['Final figures', '最终指标'],
})

const phaseText = dictionary({
  importing: ['starting Python', '启动 Python'],
  'reading rows': ['reading rows', '读取数据'],
  'loading model': ['loading the model', '加载模型'],
  'saving result': ['saving the result', '保存结果'],
})

/** What a run does that does not train just now, such as loading the model; undefined while it trains. */
export function usePhaseWord(): (phase: string | undefined) => string | undefined {
  const phases = useText(phaseText)
  return phase => {
    if (phase === undefined || phase === 'training') return undefined
    // A newer worker may name a phase that this window has no word for.
    return Object.hasOwn(phases, phase) ? phases[phase as keyof typeof phases] : phase
  }
}

export const factText = dictionary({
  rows: ['Rows', '行数'],
  sequences: ['Sequences', '序列数'],
  validationRows: ['Validation rows', '验证行数'],
  tokensPerEpoch: ['Tokens per epoch', '每轮词元数'],
  trainableParameters: ['Trainable parameters', '可训练参数'],
  totalParameters: ['All parameters', '全部参数'],
  microBatchSize: ['Micro batch', '微批大小'],
  gradientAccumulationSteps: ['Accumulation', '梯度累积'],
  device: ['Device', '设备'],
  precision: ['Precision', '精度'],
})
