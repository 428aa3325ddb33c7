import type { Access } from '../../main/contract/identity.ts'
import type { Scope } from '../../main/contract/method.ts'
import { conversations } from '../features/playground/playground-store.ts'
import { signOut } from '../lib/access.ts'
import { desktop } from '../lib/desktop.ts'
import { dictionary } from '../lib/i18n.ts'
import { go } from '../lib/route.ts'
import { themeOf, useView } from '../lib/view.ts'

/** One thing a person can do from anywhere: the palette lists it, the shortcuts and the desktop's menus run it. */
export type Command = {
  readonly id: CommandId
  /** As on the keycaps: `Ctrl K`, `[`, `G H`. On a Mac, Ctrl is also Cmd. */
  readonly keys?: string
  /** The same on the command line, without the program's name. */
  readonly cli?: string
  /** What it demands of whoever asks; the others only look, or change this window. */
  readonly needs?: Scope
  /** Where it makes no sense, it is not offered; without: it always does. */
  readonly isFor?: (access: Access | undefined) => boolean
  readonly run: () => void
}

export const commandText = dictionary({
  newRun: ['Start a training run', '新建训练'],
  importModel: ['Import a model', '导入模型'],
  findModels: ['Find models on this machine', '查找本机模型'],
  importDataset: ['Import a dataset', '导入数据集'],
  newEvaluation: ['Evaluate models', '评测模型'],
  deploy: ['Deploy a model', '部署模型'],
  newConversation: ['Start a conversation', '新建对话'],
  buildEnvironment: ['Build the training environment', '构建训练环境'],
  doctor: ['Check this machine', '检查本机环境'],
  newKey: ['Create an API key', '新建 API 密钥'],
  backup: ['Back up the database', '备份数据库'],
  storage: ['Storage: free space, check files', '存储：释放空间、检查文件'],
  exportAudit: ['Export the audit log', '导出审计日志'],
  apiDocs: ['Open the API reference', '打开 API 参考'],
  palette: ['Command palette', '命令面板'],
  jobs: ['Show or hide jobs', '显示或隐藏任务栏'],
  notifications: ['Notifications', '通知'],
  theme: ['Switch between dark and light', '切换深色和浅色'],
  language: ['切换到中文', 'Switch to English'],
  rail: ['Collapse or expand the rail', '收起或展开导航'],
  settings: ['Open the settings', '打开设置'],
  keys: ['Keyboard shortcuts', '键盘快捷键'],
  browsers: ['Signed-in browsers', '已登录的浏览器'],
  signOut: ['Sign out of this browser', '退出此浏览器的登录'],
})
export type CommandId = keyof typeof commandText

const view = () => useView.getState()

export const commands: readonly Command[] = [
  { id: 'newRun', keys: 'N', needs: 'write', cli: 'training start', run: () => go('training', 'new') },
  { id: 'importModel', needs: 'write', cli: 'models import PATH', run: () => go('models', { dialog: 'import' }) },
  { id: 'findModels', cli: 'models find', run: () => go('models', { dialog: 'find' }) },
  { id: 'importDataset', needs: 'write', cli: 'datasets import PATH', run: () => go('datasets', { dialog: 'import' }) },
  { id: 'newEvaluation', needs: 'write', cli: 'evaluation start', run: () => go('evaluations', { dialog: 'new' }) },
  { id: 'deploy', needs: 'write', cli: 'inference deploy MODEL', run: () => go('deployments', { dialog: 'new' }) },
  { id: 'newConversation', run: () => go('playground', { c: conversations.start().id }) },
  {
    id: 'buildEnvironment',
    needs: 'admin',
    cli: 'environments build training',
    run: () => go('environments', 'training', { dialog: 'build' }),
  },
  { id: 'doctor', cli: 'doctor', run: () => go('environments') },
  { id: 'newKey', needs: 'admin', cli: 'keys create NAME --scope inference', run: () => go('keys', { dialog: 'new' }) },
  { id: 'storage', cli: 'storage show', run: () => go('settings', { section: 'storage' }) },
  { id: 'backup', needs: 'admin', cli: 'backup create', run: () => go('settings', { section: 'backup' }) },
  { id: 'exportAudit', needs: 'admin', cli: 'audit export PATH', run: () => go('audit', { dialog: 'export' }) },
  // The desktop window opens no others; its settings tell the address for a browser.
  {
    id: 'apiDocs',
    isFor: () => desktop === undefined,
    run: () => void open('/api/v1/docs', '_blank', 'noreferrer'),
  },
  {
    id: 'palette',
    keys: 'Ctrl K',
    run: () => view().set({ overlay: view().overlay === 'palette' ? undefined : 'palette' }),
  },
  { id: 'jobs', keys: 'Ctrl J', run: () => view().set({ isTrayOpen: !view().isTrayOpen }) },
  { id: 'notifications', run: () => view().set({ overlay: 'notifications' }) },
  {
    id: 'theme',
    keys: 'Ctrl Shift L',
    run: () => view().set({ theme: themeOf(view().theme) === 'dark' ? 'light' : 'dark' }),
  },
  { id: 'language', run: () => view().set({ language: view().language === 'en' ? 'zh' : 'en' }) },
  { id: 'rail', keys: '[', run: () => view().set({ isRailWide: !view().isRailWide }) },
  { id: 'settings', keys: 'Ctrl ,', run: () => go('settings') },
  { id: 'keys', keys: '?', run: () => view().set({ overlay: 'keys' }) },
  { id: 'browsers', needs: 'admin', cli: 'sessions list', run: () => go('keys', { tab: 'browsers' }) },
  { id: 'signOut', isFor: access => access?.kind === 'session', run: () => void signOut() },
]
