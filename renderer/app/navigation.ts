import {
  Activity,
  Boxes,
  ChartNoAxesCombined,
  Cpu,
  Database,
  FlaskConical,
  House,
  KeyRound,
  type LucideIcon,
  MessagesSquare,
  PackageCheck,
  Route,
  ScrollText,
  Settings,
} from 'lucide-react'
import { dictionary } from '../lib/i18n.ts'

export const navigationText = dictionary({
  home: ['Home', '首页'],
  models: ['Models', '模型'],
  datasets: ['Datasets', '数据集'],
  training: ['Training', '训练'],
  evaluations: ['Evaluations', '评测'],
  playground: ['Playground', '体验'],
  deployments: ['Deployments', '部署'],
  resources: ['Resources', '资源'],
  environments: ['Environments', '环境'],
  jobs: ['Jobs', '任务'],
  keys: ['API keys', '密钥'],
  audit: ['Audit log', '审计'],
  settings: ['Settings', '设置'],
  build: ['Build', '构建'],
  use: ['Use', '使用'],
  machine: ['Machine', '本机'],
  manage: ['Manage', '管理'],
})

export type PageName =
  | 'home'
  | 'models'
  | 'datasets'
  | 'training'
  | 'evaluations'
  | 'playground'
  | 'deployments'
  | 'resources'
  | 'environments'
  | 'jobs'
  | 'keys'
  | 'audit'
  | 'settings'

export type Place = { readonly page: PageName; readonly icon: LucideIcon /** After G. */; readonly letter: string }
export type Group = { readonly group?: 'build' | 'use' | 'machine' | 'manage'; readonly places: readonly Place[] }

/** The rail, from top to bottom; the palette and the keys G … read the same table. */
export const navigation: readonly Group[] = [
  { places: [{ page: 'home', icon: House, letter: 'H' }] },
  {
    group: 'build',
    places: [
      { page: 'models', icon: Boxes, letter: 'M' },
      { page: 'datasets', icon: Database, letter: 'D' },
      { page: 'training', icon: ChartNoAxesCombined, letter: 'T' },
      { page: 'evaluations', icon: FlaskConical, letter: 'E' },
    ],
  },
  {
    group: 'use',
    places: [
      { page: 'playground', icon: MessagesSquare, letter: 'P' },
      { page: 'deployments', icon: Route, letter: 'S' },
    ],
  },
  {
    group: 'machine',
    places: [
      { page: 'resources', icon: Cpu, letter: 'R' },
      { page: 'environments', icon: PackageCheck, letter: 'V' },
      { page: 'jobs', icon: Activity, letter: 'J' },
    ],
  },
  {
    group: 'manage',
    places: [
      { page: 'keys', icon: KeyRound, letter: 'K' },
      { page: 'audit', icon: ScrollText, letter: 'L' },
      { page: 'settings', icon: Settings, letter: 'O' },
    ],
  },
]

export const places: readonly Place[] = navigation.flatMap(({ places: each }) => each)
