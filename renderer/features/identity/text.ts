import type { Scope } from '../../../main/contract/method.ts'
import { dictionary } from '../../lib/i18n.ts'

export const keysText = dictionary({
  title: ['API keys', 'API 密钥'],
  note: [
    'A key lets a program in from outside this window. Only its hash is stored.',
    '密钥供本窗口以外的程序访问。系统只保存其哈希。',
  ],
  keys: ['Keys', '密钥'],
  browsers: ['Signed-in browsers', '已登录的浏览器'],
  create: ['Create a key', '新建密钥'],
  unread: ['The keys could not be read', '无法读取密钥'],
  none: ['No program has a key yet', '还没有密钥'],
  noneWhy: [
    'This window and the command line need none: they act as you. A key is for programs that speak the OpenAI API or HTTP, each with its own, so that one can be revoked without the others.',
    '本窗口和命令行以你的身份运行，不需要密钥。密钥供使用 OpenAI 接口或 HTTP 的程序访问；每个程序各用一个，可以单独吊销。',
  ],
  noneOne: ['Create a key for one program, with the least that it needs', '为某个程序新建密钥，只给必要的权限'],
  noneTwo: ['Copy it at once: it is shown a single time', '立即复制，密钥只显示一次'],
  noneThree: ['Revoke it when the program no longer needs it', '不再需要时吊销'],
  name: ['Name', '名称'],
  scopes: ['May', '权限'],
  created: ['Created', '创建'],
  expires: ['Expires', '到期'],
  used: ['Last used', '最近使用'],
  never: ['never', '从未'],
  state: ['State', '状态'],
  valid: ['Valid', '有效'],
  expired: ['Expired', '已过期'],
  revoked: ['Revoked', '已吊销'],
  revoke: ['Revoke', '吊销'],
  revokeName: [(name: string) => `Revoke ${name}`, (name: string) => `吊销 ${name}`],
  revokeTitle: [(name: string) => `Revoke the key “${name}”?`, (name: string) => `吊销密钥“${name}”？`],
  revokeWhat: [
    (used: string) =>
      `Every program that uses it is refused from now on. This cannot be undone; a new key has another secret. Last used: ${used}.`,
    (used: string) => `使用该密钥的程序将立即被拒绝，且无法恢复；新密钥会是另一串字符。最近使用：${used}。`,
  ],
  revokeDo: ['Revoke it', '吊销'],
  keep: ['Keep it', '保留'],
  notRevoked: ['The key could not be revoked', '无法吊销密钥'],

  forWhom: ['Which program is it for?', '供哪个程序使用？'],
  lifetime: ['Valid for', '有效期'],
  hours: [(hours: string) => `${hours} hours`, (hours: string) => `${hours} 小时`],
  days: [(days: string) => `${days} days`, (days: string) => `${days} 天`],
  cli: ['The same in a terminal', '终端中的等价命令'],
  cancel: ['Cancel', '取消'],
  createDo: ['Create', '新建'],
  notCreated: ['The key could not be created', '无法新建密钥'],
  adminNote: [
    'Whoever has this key can do everything that you can, from any program on this machine.',
    '持有该密钥的程序可以执行你能执行的一切操作。',
  ],

  once: ['The key, shown this once', '密钥（仅显示这一次）'],
  onceWhy: [
    'Copy it now. Slipway keeps only its hash and cannot show it again; if it is lost, revoke it and create another.',
    '请立即复制。系统只保存哈希，无法再次显示；如果丢失，请吊销后重新创建。',
  ],
  copy: ['Copy', '复制'],
  copied: ['Copied', '已复制'],
  try: ['Try it', '试一试'],
  noPort: [
    'No port is open now, so nothing outside can reach the API. Turn it on in the settings.',
    '当前没有开放端口，外部程序无法访问接口。请在设置中开启。',
  ],
  settings: ['Settings', '设置'],
  done: ['I have it', '我已保存'],
})

export const scopeWhy = dictionary({
  inference: [
    'Chats, completions and embeddings of what is deployed. Sees nothing else.',
    '对话、补全和向量接口，只能调用已部署的模型，看不到其他内容。',
  ],
  read: [
    'Lists and shows models, datasets, runs, jobs and their logs.',
    '列出并查看模型、数据集、训练、任务及其日志。',
  ],
  write: [
    'Imports, trains, evaluates, deploys and removes; includes Read.',
    '导入、训练、评测、部署和删除；包含“读取”。',
  ],
  admin: [
    'Also keys, the audit log, backups, environments, stopping the backend; includes the three others.',
    '还包括密钥、审计日志、备份、环境和停止后端；包含以上全部权限。',
  ],
} satisfies Record<Scope, readonly [string, string]>)
