import { dictionary } from '../../lib/i18n.ts'
import type { TourStepId } from './tour.ts'

/** What the tour says. */
export const tourText = dictionary({
  title: ['From a base model to an answer', '从基座模型到第一句回答'],
  note: [
    (time: string) =>
      `Six steps with the sample that comes with Slipway, about ${time} on this machine. Stop anywhere; what is done stays done.`,
    (time: string) => `使用随附样例，共六步，在本机约需 ${time}。可随时停下，已完成的步骤会保留。`,
  ],
  noteLeft: [
    (done: number, time: string) =>
      `${done} of 6 steps done, about ${time} left. Stop anywhere; what is done stays done.`,
    (done: number, time: string) => `已完成 ${done}/6 步，约剩 ${time}。可随时停下，已完成的步骤会保留。`,
  ],
  noteDone: [
    'All six steps are done. The same way leads from any model and any rows to an answer.',
    '六步均已完成。换成任意模型和数据，流程相同。',
  ],
  own: ['Use my own model and data', '使用我自己的模型和数据'],
  all: ['Run the remaining steps', '执行剩余步骤'],
  hold: ['Stop after this step', '本步完成后停下'],
  next: ['Next', '下一步'],
  open: ['Open', '查看'],
  waits: [(step: number) => `Waits for step ${step}`, (step: number) => `等待第 ${step} 步`],
  left: [(time: string) => `${time} left`, (time: string) => `剩余 ${time}`],
  about: [(time: string) => `about ${time}`, (time: string) => `约 ${time}`],
  planned: [
    (peak: string, free: string, device: string) => `Planned peak ${peak} of ${free} free on ${device}`,
    (peak: string, free: string, device: string) => `计划峰值 ${peak}，${device} 空闲 ${free}`,
  ],
  planTooLarge: [
    'The plan does not fit into the memory that is free now. Close other programs, or open the form for a smaller plan.',
    '计划超出当前空闲内存。请关闭其他程序，或打开表单缩小计划。',
  ],
  form: ['Open the form first', '先看参数'],
  again: ['Try again', '重试'],
  failed: ['This step did not succeed', '该步骤未成功'],
  halted: ['This step was stopped', '该步骤已停止'],
  haltedWhat: [
    'It was stopped before its end. Its own page tells what was kept, and resumes it where that is possible.',
    '在完成前被停止。其页面会显示保留了哪些内容，可继续的也在那里继续。',
  ],
  noEnvironment: ['Training needs its Python environment', '训练需要 Python 环境'],
  noEnvironmentCause: [
    'It is not built on this machine yet. It is built once, from a lock with a hash for every file, and used by every run.',
    '本机尚未构建。环境只需构建一次，锁文件记录每个文件的哈希，所有训练共用。',
  ],
  build: ['Build the environment', '构建环境'],
  building: ['The environment is being built', '正在构建环境'],
  cli: ['The same in a terminal', '终端中的等价命令'],
  unread: ['The state of the tour could not be read', '无法读取引导进度'],
})

export const tourStepText = dictionary({
  model: ['Import a model', '导入模型'],
  data: ['Import a dataset', '导入数据集'],
  tune: ['Tune it', '微调'],
  evaluate: ['Evaluate before and after', '评测微调前后'],
  serve: ['Serve it', '部署服务'],
  chat: ['Chat with it', '与它对话'],
} satisfies Record<TourStepId, readonly [string, string]>)

export const tourPlanText = dictionary({
  model: [
    (size: string) => `A base model of 5.1 million parameters, ${size}, registered in place`,
    (size: string) => `510 万参数的基座模型，${size}，原地登记`,
  ],
  data: [
    (size: string) =>
      `Lab notes and the records they should become, source files of ${size}: rows to learn from, rows held out`,
    (size: string) => `实验笔记及对应的结构化记录，源文件共 ${size}，分训练集和留出集`,
  ],
  tune: [
    (rank: string, epochs: string) => `LoRA of rank ${rank}, ${epochs} pass over the rows`,
    (rank: string, epochs: string) => `LoRA，秩 ${rank}，训练 ${epochs} 轮`,
  ],
  evaluate: [
    (rows: string) => `${rows} held-out questions, exact match and F1, paired comparison`,
    (rows: string) => `${rows} 道留出题，完全匹配与 F1，成对比较`,
  ],
  serve: [
    'OpenAI-compatible API; from outside this window a key is required',
    'OpenAI 兼容接口，窗口以外的访问需要密钥',
  ],
  chat: ['Ask what no training row has asked', '提一个训练数据中没有的问题'],
})

export const tourDoneText = dictionary({
  model: [
    (parameters: string, size: string) => `${parameters} parameters, SHA-256 of ${size} verified, 0 bytes copied`,
    (parameters: string, size: string) => `${parameters} 参数，已校验 ${size} 的 SHA-256，复制 0 字节`,
  ],
  data: [
    (train: string, heldOut: string, bad: string) => `${train} rows to learn from, ${heldOut} held out, ${bad} bad`,
    (train: string, heldOut: string, bad: string) => `训练 ${train} 行，留出 ${heldOut} 行，无效 ${bad} 行`,
  ],
  tune: [
    (steps: string, time: string, loss: string) => `${steps} steps in ${time}, loss ${loss}`,
    (steps: string, time: string, loss: string) => `${steps} 步，用时 ${time}，损失 ${loss}`,
  ],
  evaluate: [
    (before: string, after: string, rows: string) => `Exact match ${before} before, ${after} after (n = ${rows})`,
    (before: string, after: string, rows: string) => `完全匹配：微调前 ${before}，微调后 ${after}（n = ${rows}）`,
  ],
  serve: [
    (name: string, device: string) => `${name} serves on ${device}`,
    (name: string, device: string) => `${name} 正在 ${device} 上提供服务`,
  ],
  stopped: [
    (name: string) => `${name} was served and is stopped now`,
    (name: string) => `${name} 已部署过，当前已停止`,
  ],
  chat: [(requests: string) => `Requests answered: ${requests}`, (requests: string) => `已回答 ${requests} 次请求`],
})

export const tourButtonText = dictionary({
  model: ['Import the sample model', '导入样例模型'],
  data: ['Import the rows', '导入数据'],
  tune: ['Start tuning', '开始微调'],
  evaluate: ['Evaluate both', '评测两个模型'],
  serve: ['Serve the tuned model', '部署微调后的模型'],
  chat: ['Open the playground', '打开体验页'],
} satisfies Record<TourStepId, readonly [string, string]>)
