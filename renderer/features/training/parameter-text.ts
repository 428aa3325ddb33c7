import { dictionary } from '../../lib/i18n.ts'

/** What people call the parameters. One that a newer backend adds is shown by its key. */
export const parameterText = dictionary({
  tuning: ['Tuning', '微调方式'],
  epochs: ['Epochs', '训练轮数'],
  learningRate: ['Learning rate', '学习率'],
  globalBatchSize: ['Global batch', '全局批大小'],
  maxSequenceLength: ['Max length', '最大长度'],
  seed: ['Seed', '随机种子'],
  beta: ['Beta', 'Beta'],
  desirableWeight: ['Weight of good answers', '好回答权重'],
  undesirableWeight: ['Weight of bad answers', '差回答权重'],
  lossOn: ['Loss on', '计算损失的部分'],
  chatTemplate: ['Chat template', '对话模板'],
  packing: ['Packing', '样本拼接'],
  packingStrategy: ['Packing strategy', '拼接策略'],
  loraRank: ['Rank', '秩'],
  loraAlpha: ['Alpha', 'Alpha'],
  loraDropout: ['Dropout', 'Dropout'],
  loraTargetModules: ['Layers', '目标层'],
  lrSchedulerType: ['Schedule', '调度方式'],
  warmupRatio: ['Warm-up', '预热比例'],
  numCycles: ['Cosine cycles', '余弦周期数'],
  lrEnd: ['Final learning rate', '最终学习率'],
  power: ['Power', '指数'],
  weightDecay: ['Weight decay', '权重衰减'],
  maxGradNorm: ['Gradient clipping', '梯度裁剪'],
  maxSteps: ['Max steps', '最大步数'],
  loggingSteps: ['Log every', '记录间隔'],
  saveStrategy: ['Save', '保存时机'],
  saveSteps: ['Save every', '保存间隔'],
  checkpointCount: ['Keep', '保留数量'],
  validationSplit: ['Held out', '留出比例'],
  validationSteps: ['Measure every', '验证间隔'],
  earlyStopping: ['Early stopping', '早停'],
  earlyStoppingThreshold: ['Improvement of at least', '最小改进'],
  earlyStoppingPatience: ['Patience', '耐心次数'],
  microBatchSize: ['Micro batch', '微批大小'],
  gradientCheckpointing: ['Recompute activations', '重算激活值'],
  precision: ['Precision', '计算精度'],
  optimizer: ['Optimiser', '优化器'],
})

export const groupText = dictionary({
  basic: ['Data and seed', '数据与随机种子'],
  lora: ['LoRA', 'LoRA'],
  schedule: ['Optimiser schedule', '优化与调度'],
  checkpoints: ['Checkpoints and logging', '检查点与记录'],
  validation: ['Validation and early stopping', '验证与早停'],
  performance: ['Performance', '性能'],
})

/** Choices that read better as words than as the values that are sent. */
export const choiceText = dictionary({
  'tuning.lora': ['LoRA', 'LoRA'],
  'tuning.qlora': ['QLoRA, 4 bits', 'QLoRA，4 比特'],
  'tuning.full': ['Full', '全参'],
  'lossOn.assistant': ['Answers only', '仅回答'],
  'lossOn.all': ['Everything', '全部内容'],
  'saveStrategy.steps': ['by steps', '按步数'],
  'saveStrategy.epoch': ['after each epoch', '每轮结束'],
  'saveStrategy.end': ['at the end only', '仅结束时'],
  'chatTemplate.auto': ['auto', '自动'],
  'chatTemplate.model': ['the model’s own', '模型自带'],
  'chatTemplate.chatml': ['ChatML', 'ChatML'],
  'chatTemplate.plain': ['none', '无'],
})

export const unitText = dictionary({
  passes: ['passes', '轮'],
  rows: ['rows', '行'],
  tokens: ['tokens', '词元'],
  steps: ['steps', '步'],
  checkpoints: ['checkpoints', '个'],
  fraction: ['share', '比例'],
  measurements: ['measurements', '次'],
})

export const methodText = dictionary({
  sft: ['SFT', 'SFT'],
  dpo: ['DPO', 'DPO'],
  kto: ['KTO', 'KTO'],
  pretrain: ['Pre-train', '继续预训练'],
})
