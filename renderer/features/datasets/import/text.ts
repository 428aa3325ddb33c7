import type { DatasetField } from '../../../../main/contract/dataset-rows.ts'
import { dictionary } from '../../../lib/i18n.ts'

export const importText = dictionary({
  title: ['Import a dataset', '导入数据集'],
  path: ['File, folder or archive', '文件、文件夹或压缩包'],
  pathHint: [
    '.jsonl, .json, .csv, .tsv, .parquet, .txt, .md, a folder of them, .zip or .tar.gz. Rows become a new version; the files stay as they are.',
    '.jsonl、.json、.csv、.tsv、.parquet、.txt、.md，或其文件夹、.zip、.tar.gz。数据读入为新版本，原文件不变。',
  ],
  looking: ['Reading a sample of the rows', '正在读取样本'],
  notRead: ['It is not clear how to read this', '无法确定如何读取'],
  chooseColumns: ['Say below which column is which, or choose the format.', '请在下方指明各列的含义，或选择格式。'],
  chooseSplit: ['Choose below which part to import.', '请在下方选择要导入的部分。'],
  format: ['Format', '格式'],
  auto: ['As detected', '自动识别'],
  detected: [
    (kind: string, share: string, rows: string) => `${kind}: ${share} of ${rows} sampled rows can be read`,
    (kind: string, share: string, rows: string) => `${kind}：抽样 ${rows} 行，可读取 ${share}`,
  ],
  columns: ['Columns', '列对应'],
  columnsNote: ['field ← column of the file', '字段 ← 文件中的列'],
  noColumn: ['not used', '不使用'],
  ignored: [(columns: string) => `Left aside: ${columns}`, (columns: string) => `未使用的列：${columns}`],
  split: ['Part', '部分'],
  splitHint: [
    'The files are for training, validation or test. Mixing them makes measurements worthless: import each on its own.',
    '这些文件分属训练、验证或测试。混在一起会使评测失去意义，请分别导入。',
  ],
  mixAll: ['Mix all', '全部混合'],
  files: ['Files', '文件'],
  filesSum: [
    (count: string, size: string) => `${count} source ${count === '1' ? 'file' : 'files'}, ${size}`,
    (count: string, size: string) => `${count} 个源文件，共 ${size}`,
  ],
  sample: ['Sample', '样本'],
  raw: ['As written', '原始'],
  mapped: ['As read', '读取后'],
  sampleBad: [
    (count: string) => `${count} of the rows below would be left out`,
    (count: string) => `以下有 ${count} 行会被剔除`,
  ],
  nameHint: ['A name that exists gets a new version.', '同名时会成为新版本。'],
  start: ['Import', '导入'],
  close: ['Close', '关闭'],
  open: ['Open the dataset', '打开数据集'],
  again: ['Try again', '重试'],
  another: ['Import another', '再导入一个'],
  refused: ['The import did not start', '导入未能开始'],
  reading: [(name: string) => `Reading rows into ${name}`, (name: string) => `正在读入 ${name}`],
  goesOn: ['Closing this does not stop it: the job tray shows it.', '关闭此窗口不会中断，可在任务栏查看。'],
  imported: [
    (rows: string, bad: string) =>
      bad === '0' ? `${rows} rows are in. None was left out.` : `${rows} rows are in, ${bad} were left out.`,
    (rows: string, bad: string) =>
      bad === '0' ? `已导入 ${rows} 行，没有剔除。` : `已导入 ${rows} 行，剔除 ${bad} 行。`,
  ],
  check: ['Check against a model', '用模型检查'],
})

export const fieldText = dictionary({
  messages: ['messages', '对话'],
  tools: ['tools', '工具'],
  system: ['system prompt', '系统提示'],
  prompt: ['prompt', '提示'],
  input: ['input', '补充输入'],
  history: ['history', '历史'],
  response: ['response', '回答'],
  chosen: ['chosen', '优选回答'],
  rejected: ['rejected', '劣选回答'],
  completion: ['completion', '回答'],
  label: ['good or bad', '好坏标注'],
  responses: ['responses', '多个回答'],
  scores: ['scores', '分数'],
  text: ['text', '文本'],
} satisfies Record<DatasetField, readonly [string, string]>)
