import { dictionary } from '../../lib/i18n.ts'

export const pageText = dictionary({
  deployments: ['Deployments', '部署'],
  unreadable: ['This deployment could not be read', '无法读取该部署'],
  back: ['All deployments', '全部部署'],
  playground: ['Try it', '体验'],
  update: ['Update …', '切换版本……'],
  stop: ['Stop', '停止'],
  start: ['Start', '启动'],
  remove: ['Remove', '删除'],
  more: ['More', '更多'],
  removed: [
    (name: string) => `Stopped and removed “${name}”; the model stays.`,
    (name: string) => `已停止并删除“${name}”，模型保留。`,
  ],
  changed: [(ago: string) => `changed ${ago} ago`, (ago: string) => `${ago}更新`],
  changedNow: ['changed just now', '刚刚更新'],
  actionFailed: ['That did not work', '操作失败'],
  failed: [(name: string) => `${name} is not serving`, (name: string) => `${name} 未在服务`],
  failedCause: ['The engine ended without saying why.', '引擎已退出，未说明原因。'],
  log: ['Log', '日志'],
  traffic: ['Traffic', '流量'],
  versions: ['Versions', '版本'],
  call: ['Call it', '调用'],
  memory: ['Memory and settings', '内存与设置'],
  noLog: ['It has not been started yet, so it has said nothing.', '尚未启动，没有日志。'],
  nextComing: [
    (version: number, model: string) =>
      `Version ${version} (${model}) is being loaded. Requests move over when it is ready.`,
    (version: number, model: string) => `正在加载版本 ${version}（${model}），就绪后请求自动切换。`,
  ],
  nextFailed: [
    (version: number) => `Version ${version} could not be loaded; the one before goes on serving`,
    (version: number) => `版本 ${version} 加载失败，现有版本继续服务`,
  ],
})

export const statsText = dictionary({
  requests: ['Requests', '请求数'],
  errors: [
    (errors: string, share: string) => `${errors} ${errors === '1' ? 'error' : 'errors'}, ${share}`,
    (errors: string, share: string) => `${errors} 个错误，${share}`,
  ],
  noErrors: ['no errors', '无错误'],
  firstToken: ['First token p50 / p95', '首词元 p50 / p95'],
  answer: ['Whole answer p50 / p95', '完整回答 p50 / p95'],
  lastOnes: [
    (count: string) => (count === '1' ? 'of the last request' : `of the last ${count} requests`),
    (count: string) => `最近 ${count} 次请求`,
  ],
  noneYet: ['none since the start', '启动后尚无请求'],
  tokensOut: ['Tokens written', '生成词元'],
  tokensIn: [(tokens: string) => `${tokens} read`, (tokens: string) => `读取 ${tokens}`],
  now: ['Now', '当前'],
  load: [
    (active: number, parallel: number, queued: number) => `${active} of ${parallel} at once, ${queued} waiting`,
    (active: number, parallel: number, queued: number) => `并行 ${active} / ${parallel}，等待 ${queued}`,
  ],
  idle: ['not loaded', '未加载'],
  memory: ['Memory', '内存'],
  planned: [(bytes: string) => `${bytes} planned`, (bytes: string) => `预估 ${bytes}`],
})

export const trafficText = dictionary({
  window: ['Time shown', '显示时间'],
  hours: [(hours: number) => `${hours} h`, (hours: number) => `${hours} 小时`],
  requests: ['Requests per minute', '每分钟请求数'],
  throughput: ['Tokens written per second', '每秒生成词元'],
  firstToken: ['First token, ms', '首词元，毫秒'],
  answer: ['Whole answer, ms', '完整回答，毫秒'],
  mean: ['mean of each minute', '每分钟均值'],
  ok: ['answered', '已回答'],
  failed: ['failed', '失败'],
  errors: ['Errors', '错误'],
  errorCode: ['Code', '错误码'],
  count: ['Count', '次数'],
  none: [
    'No request yet. Say something to it in the playground, or call it.',
    '还没有请求。可在体验页对话，或通过接口调用。',
  ],
  play: ['Open in playground', '在体验页打开'],
  noneHere: [
    (hours: number) => `No request in the last ${hours} h.`,
    (hours: number) => `最近 ${hours} 小时没有请求。`,
  ],
  latest: [(value: string) => `latest ${value}`, (value: string) => `最新 ${value}`],
  nothing: ['no data', '无数据'],
})

export const versionsText = dictionary({
  version: ['Version', '版本'],
  model: ['Model', '模型'],
  engine: ['Engine', '引擎'],
  made: ['Made', '创建时间'],
  current: ['in service', '在用'],
  rollback: ['Go back to this', '回退到此版本'],
  note: [
    'Going back loads that version again, as a new one, and switches over when it is ready.',
    '回退会以新版本的形式重新加载该版本，就绪后切换。',
  ],
  failed: ['It could not go back', '回退失败'],
})

export const factsText = dictionary({
  plan: ['Memory', '内存'],
  noPlan: ['No plan was kept for this version.', '该版本没有内存预估。'],
  settings: ['Settings', '设置'],
  engine: ['Engine', '引擎'],
  device: ['Device', '设备'],
  contextLength: ['Context length', '上下文长度'],
  tokens: [(tokens: string) => `${tokens} tokens`, (tokens: string) => `${tokens} 个词元`],
  parallel: ['Parallel requests', '并行请求数'],
  threads: ['Threads', '线程数'],
  loadTime: ['Loaded in', '加载耗时'],
  template: ['Chat template', '对话模板'],
  templateOwn: ['the model’s own', '模型自带'],
  templateNone: ['none: it continues text', '无，仅能续写文本'],
  templateSet: ['set on this deployment', '在该部署上设置'],
  measured: ['Measured now', '当前实测'],
  made: ['Created', '创建时间'],
  files: ['Files', '文件'],
})

export const callText = dictionary({
  intro: [
    'Any program that speaks the OpenAI API can use it: the base address and the model’s name are all that change.',
    '任何支持 OpenAI 接口的程序都能使用：只需改 base_url 和 model。',
  ],
  base: ['Base address', 'Base URL'],
  name: ['Model', '模型名'],
  key: ['Key', '密钥'],
  keyHow: ['one with the scope “inference”', '需要“inference”权限'],
  makeKey: ['Create a key', '创建密钥'],
  off: ['The API is off', '接口未开启'],
  offCause: [
    'This window talks to the backend through a private socket, and no port is open on this machine.',
    '本窗口通过私有套接字与后端通信，本机没有开放端口。',
  ],
  offRemedy: [
    'Turn it on: programs on this machine can then call it, each with a key. Nothing else can reach it.',
    '开启后，本机程序可凭密钥调用，外部无法访问。',
  ],
  offStill: ['The API could not be turned on', '未能开启接口'],
  turnOn: ['Turn the API on', '开启接口'],
  settings: ['Open the settings', '打开设置'],
  copy: ['Copy', '复制'],
  terminal: ['Terminal', '终端'],
  noTemplate: [
    'This model has no chat template: call /v1/completions, which continues a text.',
    '该模型没有对话模板：请调用 /v1/completions 续写文本。',
  ],
})
