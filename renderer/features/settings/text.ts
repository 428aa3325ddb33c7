import { dictionary } from '../../lib/i18n.ts'

/** The sections of the settings, in their order; the address names them. */
export const settingsSections = ['general', 'notifications', 'api', 'data', 'backup', 'keyboard', 'about'] as const
export type SettingsSection = (typeof settingsSections)[number]

export const settingsText = dictionary({
  title: ['Settings', '设置'],
  sections: ['Sections of the settings', '设置分类'],
  general: ['Appearance', '外观'],
  notifications: ['Notifications', '通知'],
  api: ['API and network', '接口与网络'],
  data: ['Data', '数据'],
  backup: ['Backups', '备份'],
  keyboard: ['Keyboard', '键盘'],
  about: ['About', '关于'],

  language: ['Language', '语言'],
  theme: ['Theme', '主题'],
  dark: ['Dark', '深色'],
  light: ['Light', '浅色'],
  system: ['As the system', '跟随系统'],
  rail: ['Navigation', '导航'],
  wide: ['With names', '显示名称'],
  narrow: ['Icons only', '仅图标'],
  perWindow: ['Kept in this browser, for every window of it.', '保存在此浏览器中，对所有窗口生效。'],

  notifyWhy: [
    'What ends while a window is open is noted in the notification centre. Choose what is worth a note.',
    '窗口打开期间结束的任务会记入通知中心，可选择需要提醒的类型。',
  ],
  notifyKinds: ['Note when these end', '这些任务结束时提醒'],
  notifyOutside: ['Outside the window too', '窗口以外也提醒'],
  notifyOutsideWhy: [
    'As a notification of the system while this window is in the background.',
    '窗口处于后台时，以系统通知提醒。',
  ],
  notifyDesktop: [
    'The desktop window shows them as notifications of the system by itself.',
    '桌面窗口会自动以系统通知提醒。',
  ],
  notifyDenied: [
    'This browser forbids notifications for this page; its settings allow them again.',
    '浏览器已禁止本页发送通知，可在浏览器设置中重新允许。',
  ],

  address: ['Address', '地址'],
  apiOn: ['OpenAI API and HTTP, on this machine only, a key required', 'OpenAI 接口与 HTTP，仅限本机访问，需要密钥'],
  apiOff: [
    'No port is open: only this window and the command line reach the backend.',
    '未开放端口，只有本窗口和命令行可以访问后端。',
  ],
  listener: ['API port', '接口端口'],
  listenerNote: [
    'Lets programs and browsers of this machine in, with a key or a link. Nothing of another machine reaches it.',
    '允许本机的程序和浏览器凭密钥或链接访问，其他机器无法访问。',
  ],
  listenerFixed: ['Opened by --port: it stays until the backend ends.', '由 --port 参数开启，在后端退出之前保持开放。'],
  listenerFailed: ['The port could not be opened', '无法打开端口'],
  port: ['Port number', '端口号'],
  portNote: ['1024 to 65535', '1024 至 65535'],
  apply: ['Apply', '应用'],
  notApplied: ['The setting was not changed', '设置未更改'],
  closeOwnTitle: ['Close the port that this window came in by?', '关闭本窗口正在使用的端口？'],
  closeOwnWhat: [
    'This browser loses its connection, and so does every program that uses the API. Jobs and deployments go on; the desktop window and the command line still reach them.',
    '此浏览器以及所有使用接口的程序都会断开。任务和部署会继续运行，仍可从桌面窗口和命令行访问。',
  ],
  closeOwnDo: ['Close it', '关闭'],
  keepOpen: ['Keep it open', '保持开放'],
  link: ['In a browser', '在浏览器中打开'],
  linkNote: ['The link works once, within a minute.', '链接只能使用一次，一分钟内有效。'],
  copyLink: ['Copy a link', '复制链接'],
  linkCopied: [
    (until: string) => `Copied. Open it before ${until}.`,
    (until: string) => `已复制，请在 ${until} 之前打开。`,
  ],
  notLinked: ['No link could be made', '无法生成链接'],
  keysLink: ['API keys', 'API 密钥'],
  docsLink: ['Reference of every method', '接口文档'],
  network: ['Network', '网络'],
  offline: [
    'Hard offline: no process of Slipway reaches another machine.',
    '强制离线：Slipway 的所有进程都不能访问其他机器。',
  ],
  open: [
    'Used only when you build an environment. Training, evaluation, serving and imports have no network at all.',
    '仅在构建环境时使用网络。训练、评测、部署和导入完全不联网。',
  ],
  sent: ['Sent since the start', '启动以来发出'],
  sentUnknown: [
    'Not known: a build went through a proxy of yours, or was killed before it could say',
    '未知：有构建经过你设置的代理，或在报告之前被终止',
  ],
  lastUse: ['Last used', '上次使用'],
  lastUseFor: [(at: string, what: string) => `${at}, for ${what}`, (at: string, what: string) => `${at}，用于 ${what}`],
  offlineHow: ['To close it for everything:', '如需完全断网：'],

  folder: ['Data folder', '数据目录'],
  folderNote: [
    'Database, copied models, datasets, runs and logs. Models registered in place stay where they are.',
    '包含数据库、复制的模型、数据集、训练记录和日志。原地登记的模型仍在原处。',
  ],
  log: ['Log of the backend', '后端日志'],
  socket: ['Socket', '套接字'],
  process: ['Process', '进程'],
  started: ['Started', '启动时间'],
  show: ['Show in the file manager', '在文件管理器中显示'],
  copyPath: ['Copy the path', '复制路径'],
  move: [
    'To keep it elsewhere, stop Slipway, move the folder, and start with:',
    '如需移动：停止 Slipway，移动目录，然后这样启动：',
  ],
  unread: ['The state of the backend could not be read', '无法读取后端状态'],

  backupWhy: [
    'A backup is a checked copy of the database: names, versions, lineage, runs, curves, keys, audit log. Bytes of models and datasets are not in it; back up the data folder for those.',
    '备份是经过校验的数据库副本，包含名称、版本、血缘、训练记录、曲线、密钥和审计日志。不含模型和数据集文件，如需请备份整个数据目录。',
  ],
  backUp: ['Back up now', '立即备份'],
  backups: ['Backups', '备份列表'],
  noBackups: ['There is no backup yet.', '还没有备份。'],
  backupsUnread: ['The backups could not be read', '无法读取备份'],
  notBackedUp: ['The backup was not written', '备份未写入'],
  name: ['File', '文件'],
  created: ['Created', '创建'],
  size: ['Size', '大小'],
  schema: ['Schema', '结构版本'],
  verify: ['Verify', '校验'],
  verifyName: [(name: string) => `Verify ${name}`, (name: string) => `校验 ${name}`],
  sound: ['The backup is sound', '备份完好'],
  soundWhat: [
    (rows: string, tables: string) => `${rows} rows in ${tables} tables; pages and references were checked.`,
    (rows: string, tables: string) => `${tables} 张表共 ${rows} 行，页面与引用均已检查。`,
  ],
  damaged: ['The backup is damaged', '备份已损坏'],
  damagedDo: ['Keep an older one, and make a new one now.', '请保留更早的备份，并立即重新备份。'],
  notVerified: ['The backup could not be verified', '无法校验备份'],
  restore: ['To restore', '恢复方法'],
  restoreHow: [
    'Stop Slipway first. The command checks the backup, puts it in the place of the database, and keeps the one that was there beside it.',
    '请先停止 Slipway。该命令会校验备份并替换数据库，原数据库会保留在旁边。',
  ],

  keys: ['Every key', '全部快捷键'],
  keysWhy: [
    'Everything can be done without a mouse. The palette finds every command, page and asset by a few letters.',
    '所有操作都可以不用鼠标。命令面板用几个字母即可找到命令、页面和资源。',
  ],
  palette: ['Command palette', '命令面板'],

  version: ['Version', '版本'],
  licence: ['Licence', '许可证'],
  apache: ['Apache License 2.0', 'Apache License 2.0'],
  parts: ['What Slipway is made of', '第三方组件'],
  partsUnread: ['The list of parts could not be read', '无法读取组件列表'],
  partCount: [(count: string) => `${count} packages`, (count: string) => `${count} 个包`],
  filterParts: ['Filter packages', '筛选组件'],
  package: ['Package', '包'],
})
