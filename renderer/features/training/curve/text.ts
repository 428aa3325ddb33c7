import { dictionary } from '../../../lib/i18n.ts'

export const curveText = dictionary({
  curves: ['Curves', '曲线'],
  loss: ['Loss', '损失'],
  noNumber: ['no loss of this run is a number', '该训练的损失均非有效数值'],
  train: ['Train loss', '训练损失'],
  validation: ['Validation loss', '验证损失'],
  figure: ['Figure', '指标'],
  learningRate: ['Learning rate', '学习率'],
  gradNorm: ['Gradient norm', '梯度范数'],
  tokensPerSecond: ['Tokens per second', '每秒词元数'],
  memory: ['Memory, GiB', '内存，GiB'],
  step: ['Step', '步数'],
  epoch: ['Epoch', '轮数'],
  time: ['Time', '时间'],
  xAxis: ['Horizontal axis', '横轴'],
  noTime: ['This run did not note when its points were made', '该训练未记录各点的时间'],
  smoothing: ['Smoothing', '平滑'],
  raw: ['raw', '原始'],
  smoothed: ['smoothed', '平滑'],
  logarithmic: ['Logarithmic', '对数坐标'],
  points: [
    (points: string) =>
      `${points} ${points === '1' ? 'point' : 'points'}. Drag or + to zoom, double-click or 0 to reset.`,
    (points: string) => `${points} 个点。拖动或按 + 放大，双击或按 0 还原。`,
  ],
  at: [(axis: string, value: string) => `${axis} ${value}`, (axis: string, value: string) => `${axis} ${value}`],
  none: ['No point has been measured yet.', '尚无数据点。'],
  trend: [
    (name: string, value: string, step: string) => `${name}: ${value} at step ${step}`,
    (name: string, value: string, step: string) => `${name}：第 ${step} 步为 ${value}`,
  ],
  failed: ['The curve could not be read', '无法读取曲线'],
})
