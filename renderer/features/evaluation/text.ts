import { dictionary } from '../../lib/i18n.ts'

export const listText = dictionary({
  title: ['Evaluations', '评测'],
  start: ['New evaluation', '新建评测'],
  name: ['Name', '名称'],
  state: ['State', '状态'],
  objects: ['Models', '模型'],
  dataset: ['Dataset', '数据集'],
  rows: ['Rows', '行数'],
  score: ['Score', '得分'],
  created: ['Started', '开始'],
  left: [(time: string) => `${time} left`, (time: string) => `剩余 ${time}`],
  unreadable: ['The evaluations could not be read', '无法读取评测列表'],
  states: ['State', '状态'],
  all: ['All', '全部'],
  filter: ['Filter by name', '按名称筛选'],
  count: [
    (total: string) => (total === '1' ? '1 evaluation' : `${total} evaluations`),
    (total: string) => `${total} 次评测`,
  ],
  noneMatches: ['No evaluation matches', '没有匹配的评测'],
  noneMatchesHint: ['Names are searched, states narrow the list.', '按名称搜索，并可按状态缩小范围。'],
  clear: ['Clear the filters', '清除筛选'],
})

export const emptyText = dictionary({
  title: ['No evaluation yet', '还没有评测'],
  what: [
    'An evaluation lets one or more models answer a held-out set and keeps every answer, so a score can always be traced to the rows behind it.',
    '评测会让一个或多个模型在留出集上作答，并保存每个回答，因此分数总能追溯到具体的行。',
  ],
  models: ['Choose the models', '选择模型'],
  modelsReady: [
    (models: string) => `Choose the models: ${models} here`,
    (models: string) => `选择模型：已有 ${models} 个`,
  ],
  questions: ['Choose the questions: rows that nobody trained on', '选择题目：从未参与训练的行'],
  questionsReady: [
    (datasets: string) => `Choose the questions: ${datasets} ${datasets === '1' ? 'dataset is' : 'datasets are'} here`,
    (datasets: string) => `选择题目：已有 ${datasets} 个数据集`,
  ],
  score: ['Choose how to score: exact match, ROUGE-L, and ten more', '选择评分方式：完全匹配、ROUGE-L 等十二种'],
  importModel: ['Import a model', '导入模型'],
  importDataset: ['Import a dataset', '导入数据集'],
})

export const formText = dictionary({
  title: ['New evaluation', '新建评测'],
  objects: ['Models', '模型'],
  objectsHint: ['up to 5; the first is what the others are compared with', '最多 5 个，其余与第一个比较'],
  objectsPlaceholder: ['Search models and deployments', '搜索模型与部署'],
  noObject: ['No model or deployment has such a name.', '没有名称匹配的模型或部署。'],
  deployments: ['Deployments that serve now', '正在服务的部署'],
  models: ['Models, served for the time of the evaluation', '模型（评测期间临时加载）'],
  dataset: ['Dataset', '数据集'],
  datasetPlaceholder: ['Search datasets', '搜索数据集'],
  noDataset: ['No dataset has such a name.', '没有名称匹配的数据集。'],
  heldBack: [
    (rows: string, run: string) => `${rows} rows that ${run} held back`,
    (rows: string, run: string) => `${run} 留出的 ${rows} 行`,
  ],
  heldBackHint: ['The run did not learn from them; it measured itself by them.', '该训练未从中学习，仅用于验证。'],
  draftNote: ['A draft: it is frozen by this.', '草稿版本，评测后将冻结。'],
  noQuestions: ['asks no questions', '没有可作答的题目'],
  datasetRows: [(rows: string) => `${rows} rows`, (rows: string) => `${rows} 行`],
  limit: ['Rows', '行数'],
  limitHint: ['only the first; empty: all', '只取前若干行，留空为全部'],
  limitAll: ['all', '全部'],
  name: ['Name', '名称'],
  nameHint: ['default: the names of the models and the questions', '默认：由模型名和数据集名组成'],
  generation: ['Generation', '生成'],
  generationLine: [
    (tokens: string, temperature: string, topP: string, seed: string) =>
      `at most ${tokens} tokens, temperature ${temperature}, top p ${topP}, seed ${seed}`,
    (tokens: string, temperature: string, topP: string, seed: string) =>
      `最多 ${tokens} 个词元，温度 ${temperature}，Top p ${topP}，种子 ${seed}`,
  ],
  change: ['Change', '修改'],
  hide: ['Hide', '收起'],
  maxTokens: ['Max tokens', '最大词元数'],
  temperature: ['Temperature', '温度'],
  temperatureHint: ['0: the same answer every time', '0 表示每次回答相同'],
  topP: ['Top p', 'Top p'],
  seed: ['Seed', '种子'],
  system: ['System prompt', '系统提示词'],
  systemHint: ['put before every prompt that has none', '加在没有系统提示词的题目之前'],
  metrics: ['Scored by', '评分方式'],
  chosenOf: [
    (chosen: string, all: string) => `${chosen} of ${all}`,
    (chosen: string, all: string) => `${all} 种中选 ${chosen} 种`,
  ],
  lower: ['less is better', '越低越好'],
  summary: [
    (answers: string, rows: string, objects: number) => `${answers} answers: ${rows} rows × ${objects}`,
    (answers: string, rows: string, objects: number) => `共 ${answers} 个回答：${rows} 行 × ${objects}`,
  ],
  cli: ['In a terminal', '命令行'],
  start: ['Start', '开始评测'],
  failed: ['It was not started', '未能开始'],
  metricsUnread: ['The metrics could not be read', '无法读取评分方式'],
})

export const pageText = dictionary({
  evaluations: ['Evaluations', '评测'],
  unreadable: ['This evaluation could not be read', '无法读取该评测'],
  back: ['All evaluations', '全部评测'],
  rowsOn: [
    (rows: string, dataset: string) => `${rows} rows of ${dataset}`,
    (rows: string, dataset: string) => `${dataset}，${rows} 行`,
  ],
  took: [(time: string) => `took ${time}`, (time: string) => `用时 ${time}`],
  stop: ['Stop', '停止'],
  stopNote: ['The answers so far stay.', '已有回答会保留。'],
  report: ['Report', '报告'],
  reportAs: [(format: string) => `Save as ${format} …`, (format: string) => `另存为 ${format}……`],
  again: ['Run again …', '再次评测……'],
  more: ['More', '更多'],
  remove: ['Remove', '删除'],
  scores: ['Scores', '得分'],
  rows: ['Rows', '逐行对比'],
  settings: ['Settings', '设置'],
  log: ['Log', '日志'],
  failed: ['The evaluation failed', '评测失败'],
  failedCause: ['It ended without saying why.', '已退出，未说明原因。'],
  partial: ['It ended early: the answers so far are kept.', '评测提前结束，已有回答已保留。'],
  warnings: ['Worth knowing', '注意'],
  actionFailed: ['That did not work', '操作失败'],
  noLog: ['It has not been started yet, so it has said nothing.', '尚未启动，没有日志。'],
  removed: [
    (name: string) => `Removed “${name}”; its answers are kept for a while.`,
    (name: string) => `已删除“${name}”，回答会保留一段时间。`,
  ],
})

export const progressText = dictionary({
  title: ['Progress', '进度'],
  waits: ['waits for its turn', '等待中'],
  done: ['answered', '已完成'],
  rows: [
    (done: string, total: string) => `${done} / ${total} rows`,
    (done: string, total: string) => `${done} / ${total} 行`,
  ],
  rate: [(rate: string) => `${rate} rows/s`, (rate: string) => `${rate} 行/秒`],
  left: [(time: string) => `${time} left`, (time: string) => `剩余 ${time}`],
  leftAll: [(time: string) => `${time} left for all`, (time: string) => `全部剩余 ${time}`],
  queued: [(place: number) => `Place ${place} in the queue.`, (place: number) => `排在第 ${place} 位。`],
  loading: ['The model is being loaded.', '正在加载模型。'],
})

export const scoresText = dictionary({
  none: ['No scores yet: a model is scored when it has answered every row.', '暂无得分：全部作答后才会评分。'],
  noReference: ['Nothing could be scored by this metric.', '该方式无法评分。'],
  object: ['Model', '模型'],
  interval: ['95% interval', '95% 置信区间'],
  rows: ['n', 'n'],
  against: [(name: string) => `Against ${name}`, (name: string) => `与 ${name} 相比`],
  baseline: ['baseline', '基准'],
  points: [(value: string) => `${value} points`, (value: string) => `${value} 个百分点`],
  characters: [(value: string) => `${value} characters`, (value: string) => `${value} 个字符`],
  better: ['better', '更好'],
  worse: ['worse', '更差'],
  unsure: ['could be chance', '可能是偶然'],
  same: ['no difference', '无差异'],
  verdictSame: [
    (second: string, first: string) => `${second} scores the same as ${first}.`,
    (second: string, first: string) => `${second} 与 ${first} 得分相同。`,
  ],
  verdictBetter: [
    (second: string, difference: string, low: string, high: string) =>
      `${second} is better by ${difference}, 95% interval ${low} to ${high}: more than chance explains.`,
    (second: string, difference: string, low: string, high: string) =>
      `${second} 高出 ${difference}，95% 置信区间 ${low} 至 ${high}，超出偶然范围。`,
  ],
  verdictWorse: [
    (second: string, difference: string, low: string, high: string) =>
      `${second} is worse by ${difference}, 95% interval ${low} to ${high}: more than chance explains.`,
    (second: string, difference: string, low: string, high: string) =>
      `${second} 低了 ${difference}，95% 置信区间 ${low} 至 ${high}，超出偶然范围。`,
  ],
  verdictUnsure: [
    (second: string, difference: string, low: string, high: string) =>
      `${second} differs by ${difference}, but the 95% interval ${low} to ${high} holds zero: chance alone could do this.`,
    (second: string, difference: string, low: string, high: string) =>
      `${second} 相差 ${difference}，但 95% 置信区间 ${low} 至 ${high} 包含零，可能只是偶然。`,
  ],
  cost: ['Speed and failures', '速度与失败'],
  latency: ['Answer, ms', '回答耗时，毫秒'],
  pair: ['p50 / p95', 'p50 / p95'],
  tokens: ['Tokens written', '生成词元'],
  failed: ['Without an answer', '未作答'],
  seeRows: ['See these rows', '查看这些行'],
  plot: [
    (name: string, value: string, low: string, high: string, rows: string) =>
      `${name}: ${value}, 95% interval ${low} to ${high}, over ${rows} rows`,
    (name: string, value: string, low: string, high: string, rows: string) =>
      `${name}：${value}，95% 置信区间 ${low} 至 ${high}，共 ${rows} 行`,
  ],
})

export const rowsText = dictionary({
  row: ['Row', '行'],
  prompt: ['Prompt', '题目'],
  reference: ['Reference', '参考答案'],
  noReference: ['none', '无'],
  unreadable: ['The rows could not be read', '无法读取逐行结果'],
  search: ['Search prompts and answers', '搜索题目与回答'],
  filter: ['Which rows', '筛选'],
  all: ['All', '全部'],
  differ: ['Differ', '有差异'],
  firstRight: [(a: string) => `Only ${a} right`, (a: string) => `仅 ${a} 正确`],
  firstBetter: [(a: string) => `${a} better`, (a: string) => `${a} 更好`],
  errors: ['No answer', '未作答'],
  sortRow: ['By row', '按行号'],
  sortDifference: ['Largest difference first', '差异大的优先'],
  sort: ['Order', '排序'],
  metric: ['Metric', '评分方式'],
  between: ['Compared', '对比'],
  none: ['No answer is stored yet.', '还没有保存的回答。'],
  noneFound: ['No row matches.', '没有符合条件的行。'],
  noAnswer: ['No answer', '未作答'],
  notYet: ['not asked yet', '尚未作答'],
  empty: ['an empty answer', '空回答'],
  previous: ['Previous row', '上一行'],
  next: ['Next row', '下一行'],
  close: ['Close', '关闭'],
  diff: ['Differences from the reference', '标出与参考答案的差异'],
  tooDifferent: [
    'It has too little in common with the reference to mark the differences.',
    '与参考答案差异过大，未标出差异。',
  ],
  right: ['right', '正确'],
  wrong: ['wrong', '错误'],
  missing: ['missing', '缺少'],
  added: ['added', '多出'],
  tokens: [(tokens: string) => `${tokens} tokens`, (tokens: string) => `${tokens} 个词元`],
  cut: ['cut at the limit', '达到上限被截断'],
})

export const reportText = dictionary({
  title: ['Save the report', '保存报告'],
  path: ['File', '文件'],
  json: ['JSON: every score and every answer, for programs', 'JSON：全部得分与回答，供程序读取'],
  md: ['Markdown: the tables and examples, for a notebook', 'Markdown：表格与示例，便于写入笔记'],
  html: ['HTML: one page with plots, for sharing', 'HTML：含图表的单页，便于分享'],
  save: ['Save', '保存'],
  saved: [
    (path: string, size: string) => `Saved ${path} (${size}).`,
    (path: string, size: string) => `已保存 ${path}（${size}）。`,
  ],
  show: ['Show it in its folder', '在文件夹中显示'],
  failed: ['It was not saved', '未能保存'],
  note: ['A file that is there already is not overwritten.', '不会覆盖已有文件。'],
})

export const settingsText = dictionary({
  generation: ['Generation', '生成'],
  maxTokens: ['Max tokens', '最大词元数'],
  temperature: ['Temperature', '温度'],
  topP: ['Top p', 'Top p'],
  seed: ['Seed', '种子'],
  system: ['System prompt', '系统提示词'],
  what: ['What was measured', '评测对象'],
  dataset: ['Dataset', '数据集'],
  heldBackBy: ['Only the rows held back by', '仅使用其留出的样本'],
  model: ['model', '模型'],
  deployment: ['deployment', '部署'],
  metrics: ['Scored by', '评分方式'],
  stored: ['Stored answers', '已存回答'],
  started: ['Started', '开始'],
  ended: ['Ended', '结束'],
})
