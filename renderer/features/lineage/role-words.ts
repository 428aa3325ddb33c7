import { dictionary } from '../../lib/i18n.ts'

/** What a part did in the making of another: a run has a base and data, a run is what a model was made by. */
export const lineageRoleText = dictionary({
  base: ['base', '基座'],
  adapter: ['adapter', '适配器'],
  initializer: ['began from', '起点'],
  data: ['data', '数据'],
  validation: ['validation', '验证'],
  questions: ['questions', '题目'],
  object: ['measured', '评测对象'],
  source: ['source', '来源'],
  repaired: ['repaired', '修复自'],
  run: ['run', '训练'],
})
