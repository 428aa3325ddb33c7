import type { Words } from '../translator.ts'

/**
 * What zod says of input that does not fit the contract: the one source of sentences on screens that is not Slipway's
 * own. A test makes zod say each of them.
 */
export const requests: Words = {
  'Invalid input': '输入无效',
  'Invalid input: expected {0}': '输入无效：应为 {0}',
  'Invalid input: expected {0}, received {1}': '输入无效：应为 {0:word}，实际为 {1:word}',
  'Invalid option: expected one of {0}': '选项无效：应为 {0} 之一',
  'Too big: expected {0} to be {1}': '过大：{0:word} 应 {1}',
  'Too small: expected {0} to be {1}': '过小：{0:word} 应 {1}',
  'Too big: expected string to have {0} characters': '过长：应 {0} 个字符',
  'Too small: expected string to have {0} characters': '过短：应 {0} 个字符',
  'Too big: expected array to have {0} items': '过多：应 {0} 项',
  'Too small: expected array to have {0} items': '过少：应 {0} 项',
  'Invalid string: must match pattern {0}': '格式无效：须匹配 {0}',
  'Invalid URL': 'URL 无效',
  'Invalid ISO datetime': '日期时间无效，应为 ISO 格式',
  'Invalid number: must be a multiple of {0}': '数值无效：须为 {0} 的倍数',
  'Unrecognized key: {0}': '未知的键：{0}',
  'Unrecognized keys: {0}': '未知的键：{0}',
  string: '字符串',
  number: '数字',
  int: '整数',
  boolean: '布尔值',
  object: '对象',
  array: '数组',
  undefined: '未填写',
  null: '空值',
}
