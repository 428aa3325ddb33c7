import type { RowReason } from '../../../main/contract/dataset-rows.ts'
import { dictionary } from '../../lib/i18n.ts'

/** Why a row was left out. */
export const issueText = dictionary({
  invalid_utf8: ['Not UTF-8', '不是 UTF-8'],
  invalid_json: ['Not JSON', '不是 JSON'],
  duplicate_key: ['A key twice', '键重复'],
  too_deep: ['Nested too deep', '嵌套过深'],
  too_many_values: ['Too many values', '值过多'],
  lone_surrogate: ['Half a character', '不完整的字符'],
  row_too_long: ['Row too long', '行过长'],
  unreadable: ['Cannot be read', '无法读取'],
  csv_quote: ['Quote not closed', '引号未闭合'],
  csv_columns: ['Wrong number of columns', '列数不符'],
  not_a_row: ['Not a row', '不是数据行'],
  missing_field: ['A field is missing', '缺少字段'],
  wrong_type: ['Wrong type', '类型不符'],
  unknown_role: ['Unknown role', '未知角色'],
  unsupported_content: ['Content not supported', '内容不支持'],
  empty: ['Empty', '空行'],
  no_answer: ['No answer', '没有回答'],
} satisfies Record<RowReason, readonly [string, string]>)
