import type { Words } from '../translator.ts'

/** Evaluations and their metrics. The metrics' own titles and descriptions come in both languages already. */
export const evaluation: Words = {
  'An evaluation asks the rows of a dataset, or those that a run held back.':
    '评测使用数据集中的样本，或某次训练留出的样本。',
  'Give one of --dataset and --held-back.': '请在 --dataset 与 --held-back 中指定一个。',
  '{0} learned from rows of several kinds: {1}.': '{0} 使用了多种类型的数据：{1:list}。',
  'Evaluate on a dataset of one kind: --dataset.': '请用 --dataset 指定单一类型的数据集。',
  'There is no evaluation {0}.': '没有评测 {0}。',
  'slipway evaluation list shows them.': '可用 slipway evaluation list 查看。',
  'evaluation {0}': '评测 {0}',
  'An object is named twice.': '有对象重复。',
  'Name each model or deployment once.': '每个模型或部署只能指定一次。',
  'An evaluation named "{0}" exists already.': '已有名为“{0}”的评测。',
  'An evaluation without a metric has nothing to compare by.': '评测没有指标，无从比较。',
  '{0} has no object {1}.': '{0} 中没有对象 {1}。',
  'A report is .json, .md or .html, not "{0}".': '报告只能是 .json、.md 或 .html，不能是“{0}”。',
  'Give a path such as report.html.': '请给出路径，例如 report.html。',
  'A dataset of {0} rows asks no questions.': '{0} 数据集中没有提问。',
  'Evaluate on conversations, preference rows or a prompt set.': '请用对话、偏好数据或提示集评测。',
  'The dataset has no rows.': '数据集没有行。',
  'slipway datasets preview shows what it holds.': '可用 slipway datasets preview 查看内容。',
  'No row has a reference answer: answers are stored, but nothing can be scored.':
    '没有一行带参考答案：回答会保存，但无法评分。',
  '{0} has no chat template: it was given the plain text of each prompt.':
    '{0} 没有对话模板：直接使用了各提示的纯文本。',
  'The log of this evaluation has its last words.': '该评测的日志中有其最后的输出。',
  'resamples is {0}; it must be an integer from 100 to 100000.': 'resamples 为 {0}，必须是 100 至 100000 的整数。',
  'confidence is {0}; it must lie between 0 and 1.': 'confidence 为 {0}，必须在 0 与 1 之间。',
  'Objects can only be compared over the same rows ({0} and {1}).': '只能在相同的行上比较（{0} 与 {1}）。',
  'There is no metric "{0}".': '没有指标“{0}”。',
  // Why a row or an object has no score.
  'the row has no reference': '该行没有参考答案',
  'the reference is empty': '参考答案为空',
  'the reference is no JSON': '参考答案不是 JSON',
  'the reference is no regular expression, or longer than 2000 characters':
    '参考答案不是正则表达式，或超过 2000 个字符',
  'the pattern took longer than 100 ms: it probably backtracks without end':
    '匹配超过 100 毫秒：正则表达式很可能无限回溯',
  'the texts are too long to compare (more than 4 × 10⁹ cells)': '文本过长，无法比较（超过 4 × 10⁹ 个单元）',
  'there is no answer: the inference failed': '没有回答：推理失败',
  'nothing was scored': '没有可评分的内容',
  '{0}… ({1} more characters in the JSON report)': '{0}……（其余 {1} 个字符见 JSON 报告）',
}
