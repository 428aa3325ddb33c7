import type { Scope } from '../../main/contract/method.ts'
import { dictionary } from './i18n.ts'

/** What a scope lets somebody do, in a word. */
export const scopeText = dictionary({
  inference: ['Ask models', '调用模型'],
  read: ['Read', '读取'],
  write: ['Change', '修改'],
  admin: ['Everything', '全部'],
} satisfies Record<Scope, readonly [string, string]>)
