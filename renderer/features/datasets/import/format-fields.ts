import type { DatasetField, DatasetFormat } from '../../../../main/contract/dataset-rows.ts'

/** Which fields each format can be told the columns of; a test holds this equal to what the importer takes. */
export const formatFields: Readonly<Record<DatasetFormat, readonly DatasetField[]>> = {
  openai: ['messages', 'system', 'tools'],
  sharegpt: ['messages', 'system', 'tools'],
  alpaca: ['prompt', 'input', 'response', 'history', 'system'],
  prompt_response: ['prompt', 'input', 'response', 'history', 'system', 'tools'],
  dpo: ['messages', 'prompt', 'system', 'input', 'history', 'tools', 'chosen', 'rejected'],
  kto: ['messages', 'prompt', 'system', 'input', 'history', 'tools', 'completion', 'label'],
  reward: ['messages', 'prompt', 'system', 'input', 'history', 'tools', 'responses', 'scores'],
  prompts: ['messages', 'prompt', 'system', 'input', 'history', 'tools'],
  text: ['text'],
  qianfan_sft: [],
  qianfan_dpo: [],
  qianfan_kto: [],
  qianfan_reward: [],
}
