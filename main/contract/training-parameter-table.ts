/** The methods that train today, in the order a form offers them. A new one adds a name here and its own rows below. */
export const trainingMethods = ['pretrain', 'sft', 'dpo', 'kto'] as const
export type TrainingMethod = (typeof trainingMethods)[number]

/** Which weights learn: low-rank adapters, adapters over a 4-bit base, or every weight. */
export const tunings = ['lora', 'qlora', 'full'] as const
export type Tuning = (typeof tunings)[number]

export const parameterGroups = [
  'basic',
  'lora',
  'schedule',
  'checkpoints',
  'validation',
  'early stopping',
  'performance',
] as const
export type ParameterGroup = (typeof parameterGroups)[number]

export type ParameterValue = number | boolean | string | readonly string[]
export type Text = { readonly en: string; readonly 'zh-CN': string }

/** A value, one per tuning, or a rule over another parameter; `null` leaves the key out unless the user sets it. */
export type ParameterDefault =
  | ParameterValue
  | null
  | { readonly byTuning: Readonly<Record<Tuning, ParameterValue>> }
  | { readonly multiple: { readonly of: string; readonly factor: number } }
  | { readonly divisor: { readonly of: string; readonly atMost: number } }

export type Range = { readonly min: number; readonly max: number }

/** The parameter only has a meaning while another one has one of these values. */
export type Condition = { readonly key: string; readonly in: readonly (string | boolean)[] }

type Shared = {
  readonly group: ParameterGroup
  readonly help: Text
  readonly unit?: string
  /** Absent: every method has it. */
  readonly methods?: readonly TrainingMethod[]
  readonly appliesWhen?: Condition
  readonly default: ParameterDefault
  readonly defaultFor?: Readonly<Partial<Record<TrainingMethod, ParameterDefault>>>
  /** The name in Baidu Qianfan's `hyperParameterConfig`, where it has one. */
  readonly qianfanName?: string
  /** The name in Transformers, TRL or PEFT (with the class, where it isn't the trainer's own config). */
  readonly transformersName?: string
}

export type ParameterRow = Shared &
  (
    | {
        readonly type: 'integer' | 'number'
        /** Hard limits: outside, training cannot work or the library refuses. */
        readonly range: Range
        readonly rangeFor?: Readonly<Partial<Record<TrainingMethod, Range>>>
        /** Where people end up; outside is allowed, with a warning. */
        readonly usual?: Range | { readonly byTuning: Readonly<Record<Tuning, Range>> }
        /**
         * The hidden size for which the upper end of `usual` is meant: a narrower model bears as much more as it is
         * narrower, as the best rate of Adam falls with the width (Yang et al. 2022, Tensor Programs V).
         */
        readonly usualWidth?: number
      }
    | { readonly type: 'boolean' }
    | { readonly type: 'choice'; readonly choices: readonly string[] }
    | { readonly type: 'string'; readonly pattern: string }
    | {
        readonly type: 'list'
        readonly pattern: string
        readonly items: Range
      }
  )

const adapters = { key: 'tuning', in: ['lora', 'qlora'] } as const
const learningRates = {
  lora: { min: 1e-6, max: 1e-3 },
  qlora: { min: 1e-6, max: 1e-3 },
  full: { min: 1e-7, max: 1e-2 },
}

/**
 * Every training parameter once: the schema, the forms, the help and the worker's configuration are read from here.
 * Ranges and defaults follow Qianfan (ERNIE-Lite-8K row) where it states them, else TRL 1.16 and PEFT 0.21.
 */
export const parameterTable = {
  tuning: {
    type: 'choice',
    choices: tunings,
    default: 'lora',
    group: 'basic',
    qianfanName: 'parameterScale',
    transformersName: 'peft_config',
    help: {
      en: 'What learns: small adapter matrices (lora), adapters over a 4-bit base on a CUDA device (qlora), or every weight (full).',
      'zh-CN': '训练哪些权重：低秩适配器（lora）、4 比特底座上的适配器（qlora，需要 CUDA 设备）或全部权重（full）。',
    },
  },
  epochs: {
    type: 'number',
    range: { min: 0.01, max: 10_000 },
    usual: { min: 0.5, max: 50 },
    default: 3,
    defaultFor: { pretrain: 1, dpo: 1, kto: 1 },
    unit: 'passes',
    group: 'basic',
    qianfanName: 'epoch',
    transformersName: 'num_train_epochs',
    help: {
      en: 'How often training goes through the dataset; more fits the data closer and, past a point, forgets everything else.',
      'zh-CN': '遍历数据集的次数；越多越贴合数据，过多则过拟合并遗忘原有能力。',
    },
  },
  learningRate: {
    type: 'number',
    range: { min: 1e-9, max: 0.1 },
    usual: { byTuning: learningRates },
    // What the ranges were collected on: models of about a billion parameters and more.
    usualWidth: 2048,
    default: { byTuning: { lora: 3e-4, qlora: 3e-4, full: 3e-5 } },
    defaultFor: {
      pretrain: { byTuning: { lora: 2e-4, qlora: 2e-4, full: 3e-5 } },
      dpo: { byTuning: { lora: 1e-5, qlora: 1e-5, full: 1e-6 } },
      kto: { byTuning: { lora: 1e-5, qlora: 1e-5, full: 1e-6 } },
    },
    group: 'basic',
    qianfanName: 'learningRate',
    transformersName: 'learning_rate',
    help: {
      en: 'The size of each step at its peak; too high makes the loss jump or diverge, too low learns nothing in the time given.',
      'zh-CN': '每步更新的峰值幅度；过高会使损失震荡或发散，过低则学不到东西。',
    },
  },
  globalBatchSize: {
    type: 'integer',
    range: { min: 1, max: 10_000 },
    rangeFor: { kto: { min: 2, max: 10_000 } },
    default: 16,
    unit: 'rows',
    group: 'basic',
    qianfanName: 'globalBatchSize',
    transformersName: 'per_device_train_batch_size × gradient_accumulation_steps × devices',
    help: {
      en: 'Rows per optimizer step over all devices; larger gives smoother steps and fewer of them, with no effect on memory.',
      'zh-CN': '所有设备上每次参数更新所用的样本数；越大梯度越平稳、更新次数越少，不影响显存。',
    },
  },
  maxSequenceLength: {
    type: 'integer',
    range: { min: 8, max: 1_048_576 },
    usual: { min: 64, max: 32_768 },
    default: 2048,
    defaultFor: { dpo: 1024, kto: 1024 },
    unit: 'tokens',
    group: 'basic',
    qianfanName: 'maxSeqLen',
    transformersName: 'max_length',
    help: {
      en: 'Rows are cut to this many tokens; the memory for activations grows with it.',
      'zh-CN': '超过该词元数的样本会被截断；激活显存随之增长。',
    },
  },
  seed: {
    type: 'integer',
    range: { min: 0, max: 4_294_967_295 },
    default: 42,
    group: 'basic',
    qianfanName: 'seed',
    transformersName: 'seed',
    help: {
      en: 'Fixes adapter initialisation, shuffling and dropout: the same seed on the same machine gives the same curve.',
      'zh-CN': '固定适配器初始化、打乱顺序和 dropout；同一机器上相同种子得到相同曲线。',
    },
  },
  beta: {
    type: 'number',
    range: { min: 0.001, max: 10 },
    usual: { min: 0.01, max: 0.5 },
    default: 0.1,
    methods: ['dpo', 'kto'],
    group: 'basic',
    qianfanName: 'beta',
    transformersName: 'beta',
    help: {
      en: 'How strongly the model is held to the reference; lower lets it drift further to satisfy the preferences.',
      'zh-CN': '对参考模型的约束强度；越小越允许模型偏离参考以满足偏好。',
    },
  },
  desirableWeight: {
    type: 'number',
    range: { min: 0, max: 1000 },
    usual: { min: 0.1, max: 10 },
    default: 1,
    methods: ['kto'],
    group: 'basic',
    transformersName: 'desirable_weight',
    help: {
      en: 'Weight of the good answers in the loss; raise it when they are the minority (aim at 1 to 1.33 after weighting).',
      'zh-CN': '好回答在损失中的权重；好回答较少时应调高（加权后比例宜为 1 至 1.33）。',
    },
  },
  undesirableWeight: {
    type: 'number',
    range: { min: 0, max: 1000 },
    usual: { min: 0.1, max: 10 },
    default: 1,
    methods: ['kto'],
    group: 'basic',
    transformersName: 'undesirable_weight',
    help: {
      en: 'Weight of the bad answers in the loss; raise it when they are the minority.',
      'zh-CN': '差回答在损失中的权重；差回答较少时应调高。',
    },
  },
  lossOn: {
    type: 'choice',
    choices: ['assistant', 'all'],
    default: 'assistant',
    methods: ['sft'],
    group: 'basic',
    transformersName: 'assistant_only_loss / completion_only_loss',
    help: {
      en: 'Which tokens are learned: only what the assistant says, or the questions too.',
      'zh-CN': '对哪些词元计算损失：仅助手的回答，或包括提问在内的全部内容。',
    },
  },
  chatTemplate: {
    type: 'choice',
    choices: ['auto', 'model', 'chatml', 'plain'],
    default: 'auto',
    methods: ['sft', 'dpo', 'kto'],
    group: 'basic',
    transformersName: 'chat_template_path',
    help: {
      en: "How turns become text: the model's own template (model), ChatML (chatml), the bare texts joined (plain); auto takes the model's own and ChatML only where it has none.",
      'zh-CN':
        '对话如何转成文本：模型自带模板（model）、ChatML（chatml）、直接拼接（plain）；auto 优先用模型自带模板，没有时用 ChatML。',
    },
  },
  packing: {
    type: 'boolean',
    default: false,
    defaultFor: { pretrain: true },
    methods: ['pretrain', 'sft'],
    group: 'performance',
    transformersName: 'packing',
    help: {
      en: 'Fills each sequence with several short rows instead of padding: faster on short rows, and steps then count packed rows.',
      'zh-CN': '把多条短样本拼满一个序列而不做填充：短样本更快，步数按拼接后的序列计算。',
    },
  },
  packingStrategy: {
    type: 'choice',
    choices: ['bfd', 'bfd_split', 'wrapped'],
    default: 'bfd_split',
    defaultFor: { pretrain: 'wrapped' },
    methods: ['pretrain', 'sft'],
    appliesWhen: { key: 'packing', in: [true] },
    group: 'performance',
    transformersName: 'packing_strategy',
    help: {
      en: 'bfd keeps rows apart and drops what is over the length, bfd_split keeps it as further rows, wrapped joins all text and cuts it.',
      'zh-CN': 'bfd 保持样本独立并丢弃超长部分，bfd_split 将超长部分作为新样本保留，wrapped 把全部文本连接后再切分。',
    },
  },
  loraRank: {
    type: 'integer',
    range: { min: 1, max: 1024 },
    usual: { min: 2, max: 256 },
    default: 16,
    appliesWhen: adapters,
    group: 'lora',
    qianfanName: 'loraRank',
    transformersName: 'LoraConfig.r',
    help: {
      en: 'Width of the adapters; higher can learn more and costs memory in proportion.',
      'zh-CN': '适配器的秩；越高可学内容越多，显存按比例增加。',
    },
  },
  loraAlpha: {
    type: 'integer',
    range: { min: 1, max: 4096 },
    default: { multiple: { of: 'loraRank', factor: 2 } },
    appliesWhen: adapters,
    group: 'lora',
    qianfanName: 'loraAlpha',
    transformersName: 'LoraConfig.lora_alpha',
    help: {
      en: 'The adapters act with the factor alpha ÷ rank; doubling it acts much like doubling the learning rate.',
      'zh-CN': '适配器的作用系数为 alpha ÷ rank；加倍的效果近似学习率加倍。',
    },
  },
  loraDropout: {
    type: 'number',
    range: { min: 0, max: 0.9 },
    usual: { min: 0, max: 0.3 },
    default: 0.05,
    defaultFor: { dpo: 0, kto: 0 },
    appliesWhen: adapters,
    group: 'lora',
    qianfanName: 'loraDropout',
    transformersName: 'LoraConfig.lora_dropout',
    help: {
      en: 'Share of adapter inputs that are zeroed at random; a little helps against overfitting on small data.',
      'zh-CN': '随机置零的适配器输入比例；少量有助于在小数据上防止过拟合。',
    },
  },
  loraTargetModules: {
    type: 'list',
    pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$',
    items: { min: 1, max: 64 },
    default: ['all-linear'],
    appliesWhen: adapters,
    group: 'lora',
    qianfanName: 'loraTargetModules / loraAllLinear',
    transformersName: 'LoraConfig.target_modules',
    help: {
      en: 'Which linear layers get adapters, by the end of their names (q_proj,v_proj); all-linear takes each one but the output head.',
      'zh-CN': '哪些线性层加适配器，按名称结尾匹配（如 q_proj,v_proj）；all-linear 表示除输出层外的全部线性层。',
    },
  },
  lrSchedulerType: {
    type: 'choice',
    choices: ['linear', 'cosine', 'polynomial', 'constant', 'constant_with_warmup'],
    default: 'linear',
    group: 'schedule',
    qianfanName: 'lrSchedulerType',
    transformersName: 'lr_scheduler_type',
    help: {
      en: 'How the learning rate falls after the warm-up; constant has neither a warm-up nor a fall.',
      'zh-CN': '预热后学习率的下降方式；constant 既无预热也不下降。',
    },
  },
  warmupRatio: {
    type: 'number',
    range: { min: 0, max: 0.9 },
    usual: { min: 0, max: 0.5 },
    default: 0.1,
    group: 'schedule',
    qianfanName: 'warmupRatio',
    transformersName: 'warmup_steps (a value below 1 is a ratio)',
    help: {
      en: 'Share of all steps in which the learning rate rises from 0 to its peak; steadies the first steps.',
      'zh-CN': '学习率从 0 升到峰值所占的步数比例；使最初的更新更稳定。',
    },
  },
  numCycles: {
    type: 'number',
    range: { min: 0.1, max: 0.5 },
    default: 0.5,
    appliesWhen: { key: 'lrSchedulerType', in: ['cosine'] },
    group: 'schedule',
    qianfanName: 'numCycles',
    transformersName: 'lr_scheduler_kwargs.num_cycles',
    help: {
      en: 'How much of a cosine wave the learning rate follows; 0.5 falls to zero at the end.',
      'zh-CN': '学习率沿余弦曲线走过的周期数；0.5 表示最终降到 0。',
    },
  },
  lrEnd: {
    type: 'number',
    range: { min: 0, max: 0.1 },
    default: { multiple: { of: 'learningRate', factor: 0.001 } },
    appliesWhen: { key: 'lrSchedulerType', in: ['polynomial'] },
    group: 'schedule',
    qianfanName: 'lrEnd',
    transformersName: 'lr_scheduler_kwargs.lr_end',
    help: {
      en: 'The learning rate at the last step; must be below the learning rate.',
      'zh-CN': '最后一步的学习率；必须小于学习率。',
    },
  },
  power: {
    type: 'number',
    range: { min: 1, max: 3 },
    default: 1,
    appliesWhen: { key: 'lrSchedulerType', in: ['polynomial'] },
    group: 'schedule',
    qianfanName: 'power',
    transformersName: 'lr_scheduler_kwargs.power',
    help: {
      en: 'The exponent of the fall; 1 is a straight line, higher falls earlier.',
      'zh-CN': '下降曲线的指数；1 为直线，越大下降越早。',
    },
  },
  weightDecay: {
    type: 'number',
    range: { min: 0, max: 1 },
    usual: { min: 0, max: 0.1 },
    default: 0.01,
    group: 'schedule',
    qianfanName: 'weightDecay',
    transformersName: 'weight_decay',
    help: {
      en: 'Pulls the trained weights towards zero at each step; a little helps against overfitting.',
      'zh-CN': '每步把被训练的权重向零收缩；少量有助于防止过拟合。',
    },
  },
  maxGradNorm: {
    type: 'number',
    range: { min: 0, max: 1000 },
    usual: { min: 0.1, max: 10 },
    default: 1,
    group: 'schedule',
    transformersName: 'max_grad_norm',
    help: {
      en: 'Longer gradients are scaled down to this length, so that one odd batch cannot throw the model off; 0 switches it off.',
      'zh-CN': '梯度范数超过该值时按比例缩小，避免个别批次破坏模型；0 表示关闭。',
    },
  },
  maxSteps: {
    type: 'integer',
    range: { min: 1, max: 100_000_000 },
    default: null,
    unit: 'steps',
    group: 'schedule',
    transformersName: 'max_steps',
    help: {
      en: 'Ends after this many optimizer steps, whatever the epochs say; unset, the epochs decide.',
      'zh-CN': '达到该更新步数即结束，优先于轮数；不设置则由轮数决定。',
    },
  },
  loggingSteps: {
    type: 'integer',
    range: { min: 1, max: 100_000 },
    default: 1,
    unit: 'steps',
    group: 'checkpoints',
    qianfanName: 'loggingSteps',
    transformersName: 'logging_steps',
    help: {
      en: 'Steps between two points of the curves; each point is the mean since the last.',
      'zh-CN': '曲线上相邻两点之间的步数；每点为其间的平均值。',
    },
  },
  saveStrategy: {
    type: 'choice',
    choices: ['steps', 'epoch', 'end'],
    default: 'steps',
    group: 'checkpoints',
    qianfanName: 'checkpointSaveStrategy',
    transformersName: 'save_strategy',
    help: {
      en: 'When a checkpoint is written; with end, a run that is interrupted starts over.',
      'zh-CN': '何时写检查点；选 end 时，中断的任务只能从头开始。',
    },
  },
  saveSteps: {
    type: 'integer',
    range: { min: 1, max: 10_000_000 },
    default: 64,
    appliesWhen: { key: 'saveStrategy', in: ['steps'] },
    unit: 'steps',
    group: 'checkpoints',
    qianfanName: 'saveStep',
    transformersName: 'save_steps',
    help: {
      en: 'Steps between two checkpoints: what a crash can cost at most, against the time and disk that each takes.',
      'zh-CN': '相邻检查点之间的步数：决定崩溃时最多损失多少，但每次保存都要花费时间和磁盘。',
    },
  },
  checkpointCount: {
    type: 'integer',
    range: { min: 1, max: 1000 },
    default: 2,
    unit: 'checkpoints',
    group: 'checkpoints',
    qianfanName: 'checkpointCount',
    transformersName: 'save_total_limit',
    help: {
      en: 'How many checkpoints are kept; the oldest go first, the best one stays when early stopping is on.',
      'zh-CN': '保留的检查点数量；先删除最旧的，开启早停时保留最佳的一个。',
    },
  },
  validationSplit: {
    type: 'number',
    range: { min: 0, max: 0.5 },
    default: 0.05,
    unit: 'fraction',
    group: 'validation',
    qianfanName: 'validation split (percent)',
    transformersName: 'eval_dataset',
    help: {
      en: 'Share of the rows that are held back and only measured (0.1 is 10 %); 0 measures none, unless a validation set is given.',
      'zh-CN': '留出只做验证的样本比例（0.1 即 10 %）；0 表示不验证，除非另外指定验证集。',
    },
  },
  validationSteps: {
    type: 'integer',
    range: { min: 1, max: 10_000_000 },
    default: 16,
    unit: 'steps',
    group: 'validation',
    qianfanName: 'validationStep',
    transformersName: 'eval_steps',
    help: {
      en: 'Steps between two measurements of the validation loss; each goes through the whole validation set.',
      'zh-CN': '两次验证损失测量之间的步数；每次遍历整个验证集。',
    },
  },
  earlyStopping: {
    type: 'boolean',
    default: false,
    group: 'early stopping',
    qianfanName: 'earlyStopping',
    transformersName: 'EarlyStoppingCallback',
    help: {
      en: 'Ends the run when the validation loss stops falling, and keeps the best checkpoint; needs validation rows.',
      'zh-CN': '验证损失不再下降时结束训练并保留最佳检查点；需要验证样本。',
    },
  },
  earlyStoppingThreshold: {
    type: 'number',
    range: { min: 0, max: 5 },
    default: 0.01,
    appliesWhen: { key: 'earlyStopping', in: [true] },
    group: 'early stopping',
    qianfanName: 'earlyStoppingThreshold',
    transformersName: 'EarlyStoppingCallback.early_stopping_threshold',
    help: {
      en: 'The validation loss must fall by more than this to count as better.',
      'zh-CN': '验证损失下降超过该值才算改进。',
    },
  },
  earlyStoppingPatience: {
    type: 'integer',
    range: { min: 1, max: 50 },
    default: 3,
    appliesWhen: { key: 'earlyStopping', in: [true] },
    unit: 'measurements',
    group: 'early stopping',
    qianfanName: 'earlyStoppingPatience',
    transformersName: 'EarlyStoppingCallback.early_stopping_patience',
    help: {
      en: 'How many measurements in a row may bring nothing better before the run ends.',
      'zh-CN': '连续多少次测量没有改进后结束训练。',
    },
  },
  microBatchSize: {
    type: 'integer',
    range: { min: 1, max: 1024 },
    // TRL refuses 1 for KTO: with one row in the batch its KL estimate equals the implied reward.
    rangeFor: { kto: { min: 2, max: 1024 } },
    default: { divisor: { of: 'globalBatchSize', atMost: 4 } },
    unit: 'rows',
    group: 'performance',
    transformersName: 'per_device_train_batch_size',
    help: {
      en: 'Rows that one device computes at once; lower needs less memory and is slower, and the result stays the same.',
      'zh-CN': '单个设备一次计算的样本数；越小显存越少、速度越慢，结果不变。',
    },
  },
  gradientCheckpointing: {
    type: 'boolean',
    default: true,
    group: 'performance',
    transformersName: 'gradient_checkpointing',
    help: {
      en: 'Computes activations again instead of keeping them: far less memory for about a fifth more time.',
      'zh-CN': '重新计算激活而不保存：显存大幅减少，时间约增加五分之一。',
    },
  },
  threads: {
    type: 'integer',
    range: { min: 1, max: 1024 },
    default: null,
    group: 'performance',
    transformersName: 'OMP_NUM_THREADS',
    help: {
      en: 'Processors to compute with; unset, those that no other job holds when the run starts, at least a fair share. The last digits of a loss can depend on it.',
      'zh-CN':
        '计算所用的处理器数；不设置则取开始时未被其他任务占用的处理器，至少为平均份额。损失的末几位可能随之不同。',
    },
  },
  precision: {
    type: 'choice',
    choices: ['auto', 'bf16', 'fp16', 'fp32'],
    default: 'auto',
    group: 'performance',
    transformersName: 'bf16 / fp16 / dtype',
    help: {
      en: 'Number format of the computation; auto takes bf16 on a CUDA device and fp32 on the CPU.',
      'zh-CN': '计算所用的数值格式；auto 在 CUDA 设备上用 bf16，在 CPU 上用 fp32。',
    },
  },
  optimizer: {
    type: 'choice',
    choices: ['adamw_torch', 'adamw_8bit', 'adafactor'],
    default: 'adamw_torch',
    group: 'performance',
    transformersName: 'optim',
    help: {
      en: 'AdamW; adamw_8bit keeps its two moments in a quarter of the memory (needs bitsandbytes and CUDA), adafactor in nearly none, at some quality.',
      'zh-CN':
        'AdamW；adamw_8bit 用四分之一显存保存两个动量（需要 bitsandbytes 和 CUDA），adafactor 几乎不占显存但质量略降。',
    },
  },
} as const satisfies Readonly<Record<string, ParameterRow>>

export type ParameterKey = keyof typeof parameterTable

/** What a method is, for `training methods`: its trainer, what its rows look like, and what it is for. */
export const methodFacts = {
  pretrain: {
    trainer: 'SFTTrainer',
    datasetFormats: ['text'],
    title: { en: 'Post-pretraining', 'zh-CN': '增量预训练' },
    help: {
      en: 'Goes on with pre-training over plain text, so that the model learns a field or a language.',
      'zh-CN': '在纯文本上继续预训练，使模型学习某个领域或语言。',
    },
  },
  sft: {
    trainer: 'SFTTrainer',
    datasetFormats: ['messages', 'prompt-response'],
    title: { en: 'Supervised fine-tuning', 'zh-CN': '监督微调' },
    help: {
      en: 'Learns from questions with good answers.',
      'zh-CN': '从带有优质回答的问答中学习。',
    },
  },
  dpo: {
    trainer: 'DPOTrainer',
    datasetFormats: ['preference'],
    title: { en: 'Direct preference optimization', 'zh-CN': '直接偏好优化' },
    help: {
      en: 'Learns from pairs of a chosen and a rejected answer to the same question.',
      'zh-CN': '从同一问题的优选与拒绝回答对中学习。',
    },
  },
  kto: {
    trainer: 'KTOTrainer',
    datasetFormats: ['unpaired-preference', 'preference'],
    title: { en: 'Kahneman-Tversky optimization', 'zh-CN': 'KTO 偏好优化' },
    help: {
      en: 'Learns from single answers that are marked good or bad; no pairs are needed.',
      'zh-CN': '从单条标注为好或差的回答中学习，无需成对。',
    },
  },
} as const satisfies Readonly<
  Record<
    TrainingMethod,
    { readonly trainer: string; readonly datasetFormats: readonly string[]; readonly title: Text; readonly help: Text }
  >
>
