import { dictionary } from '../../lib/i18n.ts'

export const listText = dictionary({
  title: ['Deployments', '部署'],
  deploy: ['Deploy a model', '部署模型'],
  filter: ['Filter by name, model or engine', '按名称、模型或引擎筛选'],
  count: [
    (shown: string, total: string) =>
      shown !== total ? `${shown} of ${total}` : total === '1' ? '1 deployment' : `${total} deployments`,
    (shown: string, total: string) => (shown === total ? `共 ${total} 个部署` : `${shown} / ${total} 个`),
  ],
  name: ['Name', '名称'],
  state: ['State', '状态'],
  model: ['Model', '模型'],
  engine: ['Engine', '引擎'],
  device: ['Device', '设备'],
  load: ['Requests', '请求'],
  idle: ['idle', '空闲'],
  working: [(active: string) => `${active} running`, (active: string) => `处理中 ${active}`],
  queued: [
    (active: string, queued: string) => `${active} + ${queued} waiting`,
    (active: string, queued: string) => `${active}＋等待 ${queued}`,
  ],
  rate: ['tok/s', 'tok/s'],
  memory: ['Memory', '内存'],
  context: ['Context', '上下文'],
  changed: ['Changed', '更新'],
  unreadable: ['The deployments could not be read', '无法读取部署列表'],
  noneFound: ['No deployment matches this filter.', '没有符合筛选条件的部署。'],
  clear: ['Clear the filter', '清除筛选'],
  nextLoading: [(version: number) => `version ${version} loading`, (version: number) => `版本 ${version} 加载中`],
  nextFailed: [(version: number) => `version ${version} failed`, (version: number) => `版本 ${version} 失败`],
})

export const emptyText = dictionary({
  title: ['Nothing is deployed yet', '还没有部署'],
  what: [
    'A deployment keeps a model loaded under a name and answers through the OpenAI API, here and for your own programs. Another version can take over that name without a pause.',
    '部署让模型以一个名称常驻内存，并通过 OpenAI 接口作答，供本页面和你的程序使用。切换到新版本时服务不中断。',
  ],
  choose: ['Choose a model: GGUF, safetensors, or an adapter', '选择模型：GGUF、safetensors 或适配器'],
  chooseReady: [
    (models: string) => `Choose a model: ${models} here`,
    (models: string) => `选择模型：已有 ${models} 个`,
  ],
  plan: ['See whether it fits before it is loaded', '加载前先看是否放得下'],
  talk: ['Talk to it in the playground, or call it', '在体验页对话，或通过接口调用'],
  importFirst: ['Import a model', '导入模型'],
})

export const formText = dictionary({
  deployTitle: ['Deploy a model', '部署模型'],
  updateTitle: [(name: string) => `Put another version behind “${name}”`, (name: string) => `为“${name}”切换版本`],
  model: ['Model', '模型'],
  version: ['Version', '版本'],
  adapter: ['Adapter', '适配器'],
  adapterHint: ['a LoRA adapter laid over the model', '叠加在模型上的 LoRA 适配器'],
  name: ['Name', '名称'],
  nameHint: ['programs send it as “model”', '即请求中的 model 字段'],
  device: ['Device', '设备'],
  deviceAuto: ['Automatic', '自动选择'],
  deviceFree: [
    (name: string, free: string) => `${name}, ${free} free`,
    (name: string, free: string) => `${name}，可用 ${free}`,
  ],
  cpu: ['Processor', '处理器'],
  contextLength: ['Context length', '上下文长度'],
  contextHint: [
    (usual: string) => `tokens per request; usually ${usual}`,
    (usual: string) => `每个请求的词元数，默认 ${usual}`,
  ],
  contextHintUnknown: ['tokens per request; default: the model’s', '每个请求的词元数，默认取模型的设置'],
  parallel: ['Parallel requests', '并行请求数'],
  parallelHint: ['answered at once; more wait', '同时处理，超出的排队'],
  threads: ['Threads', '线程数'],
  threadsHint: ['default: measured when it is loaded', '默认：加载时实测'],
  template: ['Chat template', '聊天模板'],
  templateOwn: ['the model’s own', '使用模型自带的模板'],
  templateMissing: ['the model has none: it can only continue text', '模型没有模板：只能续写文本'],
  templateSet: [
    (lines: number) => `replaced, ${lines} ${lines === 1 ? 'line' : 'lines'}`,
    (lines: number) => `已替换，${lines} 行`,
  ],
  templateEdit: ['Edit', '编辑'],
  templateHide: ['Hide', '收起'],
  templateUseOwn: ['Use the model’s own', '改用模型自带'],
  engine: ['Engine', '引擎'],
  memory: ['Memory', '内存'],
  planNone: ['Choose a model to see what it takes.', '选择模型后显示所需内存。'],
  planFailed: ['It cannot be served', '无法部署'],
  fits: ['It fits', '放得下'],
  tight: ['It fits, but tightly', '勉强放得下'],
  tooLarge: ['It does not fit', '放不下'],
  ofFree: [
    (need: string, free: string) => `${need} of ${free} free`,
    (need: string, free: string) => `需要 ${need}，可用 ${free}`,
  ],
  remedies: ['What would make it fit', '可行的调整'],
  fewerRequests: [
    (requests: number) => (requests === 1 ? 'one request at a time' : `${requests} requests at once`),
    (requests: number) => (requests === 1 ? '一次只处理一个请求' : `同时处理 ${requests} 个请求`),
  ],
  shorterContext: [
    (tokens: string) => `a context of ${tokens} tokens`,
    (tokens: string) => `上下文缩短到 ${tokens} 个词元`,
  ],
  moreMemory: ['more free memory, or a smaller quantisation of the model', '释放更多内存，或改用更小的量化版本'],
  and: [', ', '，'],
  apply: ['Apply', '应用'],
  total: ['In all', '合计'],
  deploy: ['Deploy', '部署'],
  update: ['Load and switch over', '加载并切换'],
  updateNote: [
    'The version that serves goes on until the new one is ready; both are in memory meanwhile.',
    '新版本就绪前由现有版本继续服务，期间两者同时占用内存。',
  ],
  failed: ['It was not deployed', '未能部署'],
  toUpdate: ['Open that deployment', '打开该部署'],
  toEnvironments: ['Build the environment', '构建环境'],
  nothingChanged: ['Nothing differs from what is served now.', '与当前服务的版本没有差别。'],
})

export const memoryTermText = dictionary({
  weights: ['Weights', '权重'],
  adapter: ['Adapter', '适配器'],
  keyValueCache: ['Key-value cache', 'KV 缓存'],
  computeBuffer: ['Compute buffer', '计算缓冲'],
  runtimeOverhead: ['Runtime', '运行时'],
})
