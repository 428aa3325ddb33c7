import { dictionary } from '../../../lib/i18n.ts'

export const compareText = dictionary({
  runs: ['Training', '训练'],
  title: ['Compare', '对比'],
  add: ['Add a run', '添加训练'],
  nothing: ['No run has such a name.', '没有名称匹配的训练。'],
  overlay: ['Overlay', '叠加'],
  train: ['Train loss', '训练损失'],
  validation: ['Validation loss', '验证损失'],
  which: ['Curve', '曲线'],
  hide: [(name: string) => `Show ${name}`, (name: string) => `显示 ${name}`],
  takeOut: [(name: string) => `Take ${name} out`, (name: string) => `移除 ${name}`],
  points: [
    (points: string) =>
      `${points} ${points === '1' ? 'point' : 'points'}. Drag or + to zoom, double-click or 0 to reset.`,
    (points: string) => `${points} 个点。拖动或按 + 放大，双击或按 0 还原。`,
  ],
  differences: ['What differs', '不同的参数'],
  same: ['The runs have the same parameters, model and data.', '各训练的参数、模型和数据均相同。'],
  parameter: ['Parameter', '参数'],
  step: ['Step', '步数'],
  loss: ['Loss', '损失'],
  bestValidation: ['Best validation loss', '最佳验证损失'],
  took: ['Took', '用时'],
  state: ['State', '状态'],
  best: ['best', '最佳'],
  diverged: ['outside the plot', '超出绘图范围'],
  unread: ['The runs could not be compared', '无法对比'],
  curveUnread: [
    (name: string) => `The curve of ${name} could not be read`,
    (name: string) => `无法读取 ${name} 的曲线`,
  ],
  few: ['Choose another run', '请再选择一个训练'],
  fewWhy: [
    'Two runs or more lie over each other here, with a table of what differs between them.',
    '在此叠加两个以上训练的曲线，并列出它们之间的差异。',
  ],
  model: ['Model', '模型'],
  datasets: ['Datasets', '数据集'],
  method: ['Method', '方法'],
})
