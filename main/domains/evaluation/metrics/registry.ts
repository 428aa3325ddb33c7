import { AppError } from '../../../contract/errors.ts'
import { bleuFromStatistics, bleuStatistics, bleuStatisticsWidth } from './bleu.ts'
import { bestOf, defineMetric, type Metric, type Pair, type RowScore, referencesOf, unscored } from './metric.ts'
import { createPatternMatcher, type PatternResult } from './pattern-match.ts'
import {
  contains,
  editDistance,
  editSimilarity,
  exactMatch,
  rougeL,
  rougeN,
  sameJson,
  sameLabel,
  tokenF1,
} from './scores.ts'

const tooLong = 'the texts are too long to compare (more than 4 × 10⁹ cells)'
const shared = { direction: 'higher', unit: 'fraction' } as const

const rougeMetric = (
  name: string,
  title: string,
  score: (prediction: string, reference: string) => number | null,
  what: string,
  whatZh: string,
) =>
  defineMetric({
    ...shared,
    name,
    title: { en: title, 'zh-CN': title },
    description: {
      en: `F-measure over ${what}, as rouge-score without stemming; Chinese and Japanese by character, other scripts by word.`,
      'zh-CN': `按${whatZh}计算的 F 值，算法同 rouge-score（不做词干还原）；中日文按字，其他文字按词。`,
    },
    perRow: bestOf('higher', score, tooLong),
  })

const bleu4 = defineMetric({
  ...shared,
  name: 'bleu4',
  title: { en: 'BLEU-4', 'zh-CN': 'BLEU-4' },
  description: {
    en: "Corpus BLEU of sacrebleu ÷ 100 (tokenizer 13a, or zh where a reference is Chinese; smoothing 'exp'); a row shows its sentence BLEU.",
    'zh-CN': 'sacrebleu 的语料级 BLEU ÷ 100（13a 分词，参考答案含中文时用 zh；exp 平滑）；单行显示句子级 BLEU。',
  },
  perRow: (prediction, reference) => {
    const references = referencesOf(reference)
    if (references.length === 0) return unscored('the row has no reference')
    const statistics = bleuStatistics(prediction, references)
    return { value: bleuFromStatistics(statistics, true), statistics }
  },
  width: bleuStatisticsWidth + 1,
  // The eleventh number counts rows, to tell "no row" from "score 0".
  statisticsOf: score =>
    score.value === null ? new Array<number>(bleuStatisticsWidth + 1).fill(0) : [...(score.statistics ?? []), 1],
  fromStatistics: sums => ((sums[bleuStatisticsWidth] ?? 0) > 0 ? bleuFromStatistics(sums, false) : null),
})

const patternScore = (results: readonly PatternResult[]): RowScore => {
  if (results.includes(true)) return { value: 1 }
  if (results.includes('timeout'))
    return unscored('the pattern took longer than 100 ms: it probably backtracks without end')
  if (results.includes('invalid'))
    return unscored('the reference is no regular expression, or longer than 2000 characters')
  return results.length === 0 ? unscored('the row has no reference') : { value: 0 }
}

/** Keeps the memory of slow patterns for as long as the metric lives. */
const createRegexMatch = (): Metric => {
  const { match } = createPatternMatcher()
  const perRows = (pairs: readonly Pair[]): readonly RowScore[] => {
    const flat = pairs.flatMap(({ prediction, reference }, row) =>
      referencesOf(reference).map(pattern => ({ row, pattern, text: prediction })),
    )
    const results = pairs.map((): PatternResult[] => [])
    for (let start = 0; start < flat.length; start += 256)
      for (const [index, result] of match(flat.slice(start, start + 256)).entries())
        results[flat[start + index]?.row ?? -1]?.push(result)
    return results.map(patternScore)
  }
  return defineMetric({
    ...shared,
    name: 'regex_match',
    title: { en: 'Pattern match', 'zh-CN': '正则匹配' },
    description: {
      en: 'Share of rows in which the reference, a JavaScript regular expression, matches somewhere in the answer; 100 ms at most.',
      'zh-CN': '参考答案（JavaScript 正则表达式）在回答中有匹配的行所占比例；最多 100 毫秒。',
    },
    perRow: (prediction, reference) => perRows([{ prediction, reference }])[0] ?? unscored('nothing was scored'),
    perRows,
  })
}

const simple = [
  defineMetric({
    ...shared,
    name: 'exact_match',
    title: { en: 'Exact match', 'zh-CN': '完全匹配' },
    description: {
      en: 'Share of answers that equal the reference, white space evened out; case and punctuation count.',
      'zh-CN': '与参考答案完全相同的比例（仅统一空白；区分大小写和标点）。',
    },
    perRow: bestOf('higher', (prediction, reference) => exactMatch(prediction, reference), tooLong),
  }),
  defineMetric({
    ...shared,
    name: 'accuracy',
    title: { en: 'Accuracy', 'zh-CN': '准确率' },
    description: {
      en: 'Share of answers with the right label; case, punctuation, English articles and character width do not count.',
      'zh-CN': '标签正确的比例；忽略大小写、标点、英文冠词和全半角。',
    },
    perRow: bestOf('higher', sameLabel, tooLong),
  }),
  defineMetric({
    ...shared,
    name: 'f1',
    title: { en: 'F1', 'zh-CN': 'F1' },
    description: {
      en: "Mean of the F1 over the words that answer and reference share, with SQuAD's normalisation; Chinese by character.",
      'zh-CN': '回答与参考答案共有词的 F1 均值（SQuAD 归一化；中文按字）。',
    },
    perRow: bestOf('higher', tokenF1, tooLong),
  }),
  rougeMetric('rouge_1', 'ROUGE-1', (prediction, reference) => rougeN(prediction, reference, 1), 'words', '单个词'),
  rougeMetric(
    'rouge_2',
    'ROUGE-2',
    (prediction, reference) => rougeN(prediction, reference, 2),
    'pairs of words',
    '相邻两词',
  ),
  rougeMetric('rouge_l', 'ROUGE-L', rougeL, 'the longest common subsequence', '最长公共子序列'),
  bleu4,
  defineMetric({
    name: 'edit_distance',
    direction: 'lower',
    unit: 'characters',
    title: { en: 'Edit distance', 'zh-CN': '编辑距离' },
    description: {
      en: 'Mean Levenshtein distance in Unicode characters. Rows of more than 4 × 10⁹ cells are left out and counted.',
      'zh-CN': '以 Unicode 字符计的平均编辑距离；超过 4 × 10⁹ 个单元的行不计入并单独计数。',
    },
    perRow: bestOf('lower', (prediction, reference) => editDistance(prediction, reference)?.distance ?? null, tooLong),
  }),
  defineMetric({
    ...shared,
    name: 'edit_similarity',
    title: { en: 'Edit similarity', 'zh-CN': '编辑相似度' },
    description: {
      en: 'Mean of 1 − edit distance ÷ length of the longer text.',
      'zh-CN': '1 − 编辑距离 ÷ 较长文本长度 的均值。',
    },
    perRow: bestOf('higher', editSimilarity, tooLong),
  }),
  defineMetric({
    ...shared,
    name: 'contains',
    title: { en: 'Contains', 'zh-CN': '包含' },
    description: {
      en: 'Share of answers in which the reference occurs, white space evened out; case counts.',
      'zh-CN': '回答中包含参考答案的比例（统一空白；区分大小写）。',
    },
    perRow: bestOf('higher', contains, 'the reference is empty'),
  }),
  defineMetric({
    ...shared,
    name: 'json_equal',
    title: { en: 'JSON equality', 'zh-CN': 'JSON 相等' },
    description: {
      en: 'Share of answers that are the same JSON value as the reference; the order of keys and a Markdown fence do not count.',
      'zh-CN': '与参考答案为同一 JSON 值的比例；忽略键的顺序和 Markdown 代码围栏。',
    },
    perRow: bestOf('higher', sameJson, 'the reference is no JSON'),
  }),
] as const

/** The rule metrics in the order that forms show; `regex_match` keeps state, so each evaluation makes its own set. */
export const createMetrics = (): ReadonlyMap<string, Metric> =>
  new Map([...simple, createRegexMatch()].map(metric => [metric.name, metric]))

export const metricNames: readonly string[] = [...simple.map(({ name }) => name), 'regex_match']

/** The metrics of these names. @throws AppError invalid_input for a name that is none */
export const selectMetrics = (names: readonly string[]): readonly Metric[] => {
  const metrics = createMetrics()
  return [...new Set(names)].map(name => {
    const metric = metrics.get(name)
    if (metric === undefined)
      throw new AppError('invalid_input', `There is no metric "${name.slice(0, 60)}".`, {
        hint: `There are ${metricNames.join(', ')}.`,
      })
    return metric
  })
}

const emptyReference = ({ reference }: Pair): boolean => referencesOf(reference).length === 0

/** Scores rows by one metric. A row without a prediction (null: the inference failed) is not scored. */
export const scoreRows = (
  metric: Metric,
  rows: readonly (Pair | { readonly prediction: null; readonly reference: Pair['reference'] })[],
): readonly RowScore[] => {
  const answered = rows.filter((row): row is Pair => row.prediction !== null)
  const scores = (metric.perRows?.(answered) ??
    answered.map(row =>
      emptyReference(row) ? unscored('the row has no reference') : metric.perRow(row.prediction, row.reference),
    ))[Symbol.iterator]()
  return rows.map(row =>
    row.prediction === null
      ? unscored('there is no answer: the inference failed')
      : (scores.next().value ?? unscored('nothing was scored')),
  )
}
