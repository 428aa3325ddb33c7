import type { ModelFormat, ModelState, ModelSummary } from '../../../main/contract/models.ts'
import { dictionary } from '../../lib/i18n.ts'
import type { GlyphState } from '../../ui/Glyph.tsx'

/** What lists and inspectors of models say. */
export const modelsText = dictionary({
  models: ['Models', '模型'],
  import: ['Import', '导入'],
  find: ['Find on this machine', '查找本机模型'],
  filter: ['Filter by name, hash or label', '按名称、哈希或标签筛选'],
  clear: ['Clear filters', '清除筛选'],
  shown: [
    (some: string, all: string) => `${some} of ${all}`,
    (some: string, all: string) => `显示 ${some} 个，共 ${all} 个`,
  ],
  name: ['Name', '名称'],
  task: ['Task', '任务'],
  format: ['Format', '格式'],
  parameters: ['Params', '参数量'],
  size: ['Size', '大小'],
  license: ['Licence', '许可'],
  from: ['From', '来源'],
  changed: ['Changed', '更新'],
  version: [(n: number) => `v${n}`, (n: number) => `v${n}`],
  unread: ['The models could not be read', '无法读取模型列表'],
  none: ['No model matches these filters', '没有符合筛选的模型'],
  noneHint: [
    'Remove the last filter, or import a folder: Slipway reads headers only and copies nothing.',
    '移除最后一个筛选，或导入文件夹：Slipway 只读文件头，不复制文件。',
  ],
  ready: ['Verified', '已校验'],
  verifying: ['Verifying', '校验中'],
  failed: ['Could not be verified', '校验失败'],
  missing: ['Files are gone or were changed', '文件缺失或已变化'],
  registered: ['registered', '原地登记'],
  copied: ['copied', '已复制'],
  trained: ['trained', '训练产出'],
  converted: ['converted', '转换产出'],
})

export const modelStateGlyph: Record<ModelState, GlyphState> = {
  ready: 'ok',
  verifying: 'run',
  failed: 'fail',
  missing: 'lost',
}

/** Names that are the same in every language. */
export const formatNames: Record<ModelFormat, string> = {
  safetensors: 'safetensors',
  gguf: 'GGUF',
  onnx: 'ONNX',
  adapter: 'LoRA',
  pickle: 'pickle',
}

const shortTypes: Readonly<Record<string, string>> = {
  bfloat16: 'BF16',
  float16: 'F16',
  float32: 'F32',
  float64: 'F64',
}

/** How weights are stored, in the words of the headers, always in the short spelling: `Q4_K_M`, `BF16`. */
export const storedAs = ({ quantization, dtype = '' }: Pick<ModelSummary, 'quantization' | 'dtype'>): string =>
  quantization ?? shortTypes[dtype] ?? dtype
