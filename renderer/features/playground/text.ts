import { dictionary } from '../../lib/i18n.ts'

export const playgroundText = dictionary({
  title: ['Playground', '体验'],
  conversations: ['Conversations', '会话'],
  newConversation: ['New conversation', '新建会话'],
  untitled: ['Untitled conversation', '未命名会话'],
  compare: ['Compare two', '对比两个模型'],
  compareOff: ['Only one', '只看一个'],
  code: ['API code', '接口代码'],
  parameters: ['Parameters', '参数'],
  choose: ['Choose a deployment', '选择部署'],
  deployOther: ['Deploy a model …', '部署模型……'],
  you: ['You', '你'],
  placeholder: [
    'Ask something. Enter sends, Shift Enter starts a new line.',
    '输入问题。Enter 发送，Shift Enter 换行。',
  ],
  placeholderTwo: [
    'Ask both models. Enter sends, Shift Enter starts a new line.',
    '同时向两个模型提问。Enter 发送，Shift Enter 换行。',
  ],
  send: ['Send', '发送'],
  stop: ['Stop', '停止'],
  notYet: ['not asked yet', '尚未提问'],
  waiting: ['waiting', '等待中'],
  streaming: ['streaming', '生成中'],
  done: ['done', '完成'],
  stopped: ['stopped', '已停止'],
  cut: ['cut off', '已中断'],
  failed: ['failed', '失败'],
  firstToken: ['first token', '首词元'],
  rate: ['rate', '速率'],
  tokens: ['tokens', '词元'],
  context: ['context', '上下文'],
  endedAtLimit: [
    (tokens: string) => `Ended at the limit of ${tokens} tokens.`,
    (tokens: string) => `已达到 ${tokens} 个词元的上限。`,
  ],
  endedAtContext: ['Ended where the context was full.', '上下文已用完，回答到此结束。'],
  wasStopped: ['Stopped here.', '在此停止。'],
  wasCut: [
    'The window was closed while this was being written. Regenerate writes it again.',
    '生成过程中窗口被关闭。可重新生成。',
  ],
  notAsked: ['This model was not asked.', '未向该模型提问。'],
  askNow: ['Ask it now', '现在提问'],
  copy: ['Copy', '复制'],
  again: ['Regenerate', '重新生成'],
  edit: ['Edit and ask again', '编辑并重新提问'],
  editing: ['Your question', '你的问题'],
  askAgain: ['Ask again', '重新提问'],
  cancel: ['Cancel', '取消'],
  laterGone: [
    (turns: number) => `${turns} later ${turns === 1 ? 'turn was' : 'turns were'} dropped.`,
    (turns: number) => `已丢弃其后的 ${turns} 轮。`,
  ],
  baseNote: [
    'This model has no chat template: it continues the text as it stands, and the system prompt is left out.',
    '该模型没有对话模板：将按原文续写，不使用系统提示词。',
  ],
  failure: ['No answer came', '没有得到回答'],
  unreachable: ['The connection ended before the answer was complete.', '连接在回答完成前中断。'],
  failurePart: ['The answer ended early', '回答提前结束'],
  startIt: ['Start the deployment', '启动部署'],
  showLog: ['Show its log', '查看日志'],
  tryAgain: ['Try again', '重试'],
  notServing: [
    (name: string, state: string) => `${name} is not serving: ${state}.`,
    (name: string, state: string) => `${name} 未在服务：${state}。`,
  ],
  loading: [
    (name: string) => `${name} is being loaded. You can write your question meanwhile.`,
    (name: string) => `正在加载 ${name}，可以先输入问题。`,
  ],
  gone: [(name: string) => `There is no deployment “${name}” any more.`, (name: string) => `部署“${name}”已不存在。`],
  pickOne: ['Choose a deployment above to ask it.', '请先在上方选择部署。'],
})

export const emptyText = dictionary({
  title: ['Nothing serves yet', '还没有模型在服务'],
  what: [
    'The playground talks to deployments: models that are loaded and answer. Deploy one to try it here, or two to compare them side by side.',
    '体验页与部署对话：部署是已加载、可以作答的模型。部署一个即可试用，部署两个可并排对比。',
  ],
  choose: ['Which model?', '选择模型'],
  deploy: ['Deploy this model', '部署该模型'],
  noModels: ['Import a model first', '先导入模型'],
  failed: ['It could not be deployed', '部署失败'],
  ask: ['Say something to it', '开始提问'],
  askWhat: [
    'Answers arrive as they are written. Conversations are kept in this browser, on this machine.',
    '回答会边生成边显示。会话保存在本机的浏览器中。',
  ],
})

export const parameterText = dictionary({
  title: ['Sampling', '采样'],
  temperature: ['Temperature', '温度'],
  temperatureHint: ['0 takes the likeliest token every time', '0 表示每次都取概率最高的词元'],
  topP: ['Top p', 'Top p'],
  maxTokens: ['Max tokens', '最大词元数'],
  maxTokensFull: ['what fits', '用满上下文'],
  seed: ['Seed', '种子'],
  seedRandom: ['random', '随机'],
  seedHint: ['The same seed and settings give the same answer', '相同种子与参数得到相同回答'],
  stop: ['Stop at', '停止序列'],
  stopPlaceholder: ['text, then Enter; \\n is a new line', '输入后按 Enter，\\n 表示换行'],
  presence: ['Presence penalty', '存在惩罚'],
  frequency: ['Frequency penalty', '频率惩罚'],
  repetition: ['Repetition penalty', '重复惩罚'],
  probabilities: ['Token probabilities', '词元概率'],
  probabilitiesHint: [
    'Hover an answer’s words, or press the arrow keys in it. Applies to the next answer.',
    '悬停在词元上，或在回答内用方向键查看。自下一个回答起生效。',
  ],
  system: ['System prompt', '系统提示词'],
  systemPlaceholder: ['None: the model’s own, if its template has one', '未设置：使用模板自带的系统提示词（如有）'],
  reset: ['Reset', '恢复默认'],
})

export const tokenText = dictionary({
  answer: [
    'Answer, token by token. The arrow keys move, each token tells its probability.',
    '逐词元的回答。用方向键移动，查看每个词元的概率。',
  ],
  rest: ['all others', '其余'],
  control: ['control token', '控制词元'],
  partOf: [
    (tokens: number) => `one character of ${tokens} tokens`,
    (tokens: number) => `由 ${tokens} 个词元组成的一个字符`,
  ],
})

export const listText = dictionary({
  search: ['Search conversations', '搜索会话'],
  searchShort: ['Search', '搜索'],
  none: ['No conversation yet. The first question makes one.', '还没有会话，提出第一个问题即可创建。'],
  noneFound: [(q: string) => `No conversation holds “${q}”.`, (q: string) => `没有包含“${q}”的会话。`],
  turns: [(turns: number) => (turns === 1 ? '1 turn' : `${turns} turns`), (turns: number) => `${turns} 轮`],
  rename: ['Rename', '重命名'],
  remove: ['Delete', '删除'],
  export: ['Export as JSONL', '导出为 JSONL'],
  exportAll: ['Export all', '全部导出'],
  exportAllHint: ['Every conversation as one JSONL file of chats', '全部会话导出为一个 JSONL 文件'],
  removed: [(title: string) => `Deleted “${title}”.`, (title: string) => `已删除“${title}”。`],
  name: ['Name', '名称'],
  more: [(title: string) => `More for “${title}”`, (title: string) => `“${title}”的更多操作`],
  close: ['Close the list', '关闭列表'],
  cannotKeep: ['Conversations are not kept', '会话无法保存'],
  cannotKeepCause: [
    (why: string) =>
      `This browser refused to store them (${why}). You can go on, but they are gone when the window is closed.`,
    (why: string) => `浏览器拒绝存储（${why}）。可以继续使用，但关闭窗口后会话将丢失。`,
  ],
})

export const voteText = dictionary({
  question: ['Which answer is better?', '哪个回答更好？'],
  a: ['Left', '左边'],
  same: ['Same', '一样'],
  b: ['Right', '右边'],
  neither: ['Both bad', '都不好'],
  takeBack: ['Take it back', '撤回'],
  preferences: [
    (count: string) => (count === '1' ? '1 preference kept' : `${count} preferences kept`),
    (count: string) => `已保存 ${count} 条偏好`,
  ],
  export: ['Export as DPO rows', '导出为 DPO 数据'],
  exportHint: [
    'JSONL with prompt, chosen and rejected: import it as a dataset to train on what you preferred.',
    '含 prompt、chosen、rejected 的 JSONL，可作为数据集导入，用于偏好训练。',
  ],
})

export const codeText = dictionary({
  title: ['This request, from your own program', '在程序中发送同样的请求'],
  off: [
    'The API is off. Once it is on, programs on this machine can send this request, each with a key.',
    '接口未开启。开启后，本机程序可凭密钥发送该请求。',
  ],
  key: ['A key with the scope “inference” goes into $SLIPWAY_KEY.', '$SLIPWAY_KEY 填入具有“inference”权限的密钥。'],
  makeKey: ['Create a key', '创建密钥'],
  none: ['Choose a deployment that serves, and ask something.', '请先选择正在服务的部署并提问。'],
})
