import type { DesktopLanguage } from '../../preload/desktop-api.ts'
import { toChinese } from '../contract/words/chinese.ts'
import type { Translator } from '../contract/words/translator.ts'

/** Every word that the shell itself shows, `[English, Chinese]`. The page has its own. */
const words = {
  file: ['File', '文件'],
  open: ['Open files…', '打开文件…'],
  openFolder: ['Open folder…', '打开文件夹…'],
  importModel: ['Import a model…', '导入模型…'],
  importDataset: ['Import a dataset…', '导入数据集…'],
  closeWindow: ['Close window', '关闭窗口'],
  quit: ['Quit Slipway', '退出 Slipway'],
  settings: ['Settings…', '设置…'],
  edit: ['Edit', '编辑'],
  undo: ['Undo', '撤销'],
  redo: ['Redo', '重做'],
  cut: ['Cut', '剪切'],
  copy: ['Copy', '复制'],
  paste: ['Paste', '粘贴'],
  selectAll: ['Select all', '全选'],
  view: ['View', '视图'],
  palette: ['Command palette', '命令面板'],
  jobs: ['Jobs', '任务'],
  rail: ['Collapse or expand the rail', '收起或展开导航'],
  theme: ['Switch between dark and light', '切换深色和浅色'],
  actualSize: ['Actual size', '实际大小'],
  zoomIn: ['Zoom in', '放大'],
  zoomOut: ['Zoom out', '缩小'],
  fullScreen: ['Full screen', '全屏'],
  reload: ['Reload', '重新加载'],
  devTools: ['Developer tools', '开发者工具'],
  go: ['Go', '前往'],
  back: ['Back', '后退'],
  forward: ['Forward', '前进'],
  home: ['Home', '首页'],
  models: ['Models', '模型'],
  datasets: ['Datasets', '数据集'],
  training: ['Training', '训练'],
  evaluations: ['Evaluations', '评测'],
  deployments: ['Deployments', '部署'],
  playground: ['Playground', '体验'],
  environments: ['Environments', '环境'],
  resources: ['Resources', '资源'],
  help: ['Help', '帮助'],
  shortcuts: ['Keyboard shortcuts', '键盘快捷键'],
  showLogs: ['Show logs', '显示日志'],
  about: ['About Slipway', '关于 Slipway'],
  hide: ['Hide Slipway', '隐藏 Slipway'],
  openSlipway: ['Open Slipway', '打开 Slipway'],
  noJobs: ['No job is running', '没有正在运行的任务'],
  quitJobsGoOn: ['Quit; running jobs go on', '退出（运行中的任务继续）'],
  goesOnTitle: ['Slipway goes on working', 'Slipway 仍在工作'],
  goesOnBody: [
    'The window is closed, the run goes on. Slipway stays in the tray.',
    '窗口已关闭，运行会继续。Slipway 驻留在托盘中。',
  ],
  unavailable: ['Slipway cannot start', 'Slipway 无法启动'],
  unavailableCause: ['The backend says:', '后端报告：'],
  unavailableRemedy: ['What to do:', '处理方法：'],
  unavailableLogs: ['The whole story is in these files:', '详细经过见以下文件：'],
  unavailableKept: [
    'Your models, data and runs are where they were; jobs that ran go on.',
    '您的模型、数据和运行记录均未改动；已在运行的任务会继续。',
  ],
  retry: ['Try again', '重试'],
  showLog: ['Show the log', '显示日志'],
} as const satisfies Record<string, readonly [en: string, zh: string]>

export type WordKey = keyof typeof words
export type Translate = (key: WordKey) => string

export const wordsIn =
  (language: DesktopLanguage): Translate =>
  key =>
    words[key][language === 'zh-CN' ? 1 : 0]

/** What the backend says, which is English, in the language of the window. */
export const saidIn = (language: DesktopLanguage): Translator => (language === 'zh-CN' ? toChinese : text => text)

/** Kinds whose jobs the backend names, such as `import notes`. */
const namedByBackend: ReadonlySet<string> = new Set(['environment', 'conversion', 'import', 'verification', 'storage'])

/** What a job is called; a name that a person gave stays as it is. */
export const jobNameIn = (
  language: DesktopLanguage,
  { kind, name }: { readonly kind: string; readonly name: string },
): string => (namedByBackend.has(kind) ? saidIn(language)(name) : name)

/** `3 jobs: tuned, base-eval …` */
export function jobsLine(language: DesktopLanguage, names: readonly string[]): string {
  if (names.length === 0) return wordsIn(language)('noJobs')
  const shown = names.slice(0, 3).join(language === 'zh-CN' ? '、' : ', ') + (names.length > 3 ? ' …' : '')
  if (language === 'zh-CN') return `${names.length} 个任务：${shown}`
  return `${names.length} ${names.length === 1 ? 'job' : 'jobs'}: ${shown}`
}

const kinds: Readonly<Record<string, readonly [string, string]>> = {
  training: ['Training', '训练'],
  deployment: ['Deployment', '部署'],
  evaluation: ['Evaluation', '评测'],
  environment: ['Environment', '环境构建'],
  conversion: ['Conversion', '转换'],
  import: ['Import', '导入'],
  verification: ['Verification', '校验'],
  storage: ['Storage check', '存储检查'],
}
const ends: Readonly<Record<string, readonly [string, string]>> = {
  done: ['is done', '已完成'],
  failed: ['failed', '失败'],
  lost: ['was lost: nobody saw how it ended', '已丢失：无人看到其结束过程'],
}

/** The title of the notification about a job's end, such as `Training is done`. */
export function endLine(language: DesktopLanguage, kind: string, state: string): string {
  const index = language === 'zh-CN' ? 1 : 0
  const [what, how] = [kinds[kind]?.[index] ?? kind, ends[state]?.[index] ?? state]
  return language === 'zh-CN' ? `${what}${how}` : `${what} ${how}`
}
