import type { DatasetFormat, DatasetKind } from '../../../main/contract/dataset-rows.ts'
import type { DatasetState } from '../../../main/contract/dataset-versions.ts'
import { dictionary } from '../../lib/i18n.ts'
import type { GlyphState } from '../../ui/Glyph.tsx'

/** What lists and heads of datasets say. */
export const datasetsText = dictionary({
  datasets: ['Datasets', '数据集'],
  import: ['Import', '导入'],
  filter: ['Filter by name or description', '按名称或说明筛选'],
  allKinds: ['All kinds', '全部类型'],
  allStates: ['All states', '全部状态'],
  clear: ['Clear filters', '清除筛选'],
  count: [
    (count: string) => (count === '1' ? '1 dataset' : `${count} datasets`),
    (count: string) => `${count} 个数据集`,
  ],
  name: ['Name', '名称'],
  kind: ['Kind', '类型'],
  rows: ['Rows', '行数'],
  badRows: ['Left out', '剔除'],
  size: ['Stored', '存储'],
  sizeWhat: [
    'Its rows as Slipway stores them, as Parquet; source files stay where they are',
    'Slipway 以 Parquet 存储的数据大小，源文件仍在原处',
  ],
  state: ['State', '状态'],
  changed: ['Changed', '更新'],
  version: [(n: number) => `v${n}`, (n: number) => `v${n}`],
  unread: ['The datasets could not be read', '无法读取数据集列表'],
  none: ['No dataset matches these filters', '没有符合筛选的数据集'],
  noneHint: ['Remove a filter, or import a file.', '移除筛选，或导入文件。'],
  importing: ['Importing', '导入中'],
  draft: ['Draft', '草稿'],
  frozen: ['Frozen', '已冻结'],
  failed: ['Import failed', '导入失败'],
  train: ['training', '训练集'],
  validation: ['validation', '验证集'],
  test: ['test', '测试集'],
})

export const datasetGlyph: Record<DatasetState, GlyphState> = {
  importing: 'run',
  draft: 'draft',
  frozen: 'ok',
  failed: 'fail',
}

export const kindText = dictionary({
  text: ['Text', '纯文本'],
  sft: ['SFT, chat turns', 'SFT，多轮对话'],
  dpo: ['DPO, preferred pairs', 'DPO，偏好对'],
  kto: ['KTO, judged answers', 'KTO，带好坏标注'],
  reward: ['Scored answers', '打分回答'],
  prompts: ['Prompts only', '仅提示'],
} satisfies Record<DatasetKind, readonly [string, string]>)

export const formatText = dictionary({
  openai: ['messages (OpenAI)', 'messages（OpenAI）'],
  sharegpt: ['conversations (ShareGPT)', 'conversations（ShareGPT）'],
  alpaca: ['instruction, input, output (Alpaca)', 'instruction、input、output（Alpaca）'],
  prompt_response: ['prompt and response', '提示与回答'],
  qianfan_sft: ['Qianfan, SFT', '千帆 SFT'],
  qianfan_dpo: ['Qianfan, preference', '千帆偏好'],
  qianfan_kto: ['Qianfan, KTO', '千帆 KTO'],
  qianfan_reward: ['Qianfan, scored', '千帆打分'],
  dpo: ['chosen and rejected', 'chosen 与 rejected'],
  kto: ['completion and label', 'completion 与 label'],
  reward: ['responses and scores', 'responses 与 scores'],
  prompts: ['prompts', '提示'],
  text: ['text', '文本'],
} satisfies Record<DatasetFormat, readonly [string, string]>)
