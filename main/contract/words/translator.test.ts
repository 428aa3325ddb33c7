import { expect, test } from 'vitest'
import { toChinese } from './chinese.ts'
import { createTranslator } from './translator.ts'

const said = createTranslator({
  'There is no model {0}.': '没有模型 {0}。',
  '{0} is {1}.': '{0} {1:word}。',
  ready: '就绪',
  'The import of {0} failed: {1}': '{0} 导入失败：{1:zh}',
  'it has no rows': '没有数据行',
  'It has: {0}.': '现有：{0:list}。',
  '{0}: {1}': '{0}：{1:zh}',
  'Check the path.': '请检查路径。',
  'Try again. It may be better then.': '请重试，届时也许会好。',
  '{0} is used by {1}.': '{0} 正被使用：{1:zh}。',
  'run {0}': '训练 {0}',
})

test('what stands in the holes goes through unchanged, even where it is a word of the catalogue', () => {
  expect(said('There is no model ready.')).toBe('没有模型 ready。')
  expect(said('There is no model {0} 的 $& \\1.')).toBe('没有模型 {0} 的 $& \\1。')
  expect(said('ready is ready.')).toBe('ready 就绪。')
})

test('a hole that is a phrase itself is translated, and shown as it came where it is not known', () => {
  expect(said('The import of notes failed: it has no rows')).toBe('notes 导入失败：没有数据行')
  expect(said('The import of notes failed: EACCES, open')).toBe('notes 导入失败：EACCES, open')
  expect(said('The import of it has no rows failed: it has no rows')).toBe('it has no rows 导入失败：没有数据行')
})

test('a sentence that is not known is shown as it came', () => {
  expect(said('Something new was found: 7 of it.')).toBe('Something new was found: 7 of it.')
  expect(said('The disk is slow.')).toBe('The disk is slow.')
  expect(said('')).toBe('')
})

test('sentences in a row, lines and lists are translated one by one', () => {
  expect(said('There is no model a. Check the path.')).toBe('没有模型 a。请检查路径。')
  expect(said('Check the path. Try again. It may be better then.')).toBe('请检查路径。请重试，届时也许会好。')
  expect(said('There is no model a.\nsomething else\nCheck the path.')).toBe(
    '没有模型 a。\nsomething else\n请检查路径。',
  )
  expect(said('a is used by run b, run c.')).toBe('a 正被使用：训练 b、训练 c。')
  expect(said('It has: cpu, cuda:0 or any.')).toBe('现有：cpu、cuda:0 或 any。')
})

test('marks alone join only what is known', () => {
  expect(said('model.bin: it has no rows')).toBe('model.bin：没有数据行')
  expect(said('model.bin: torch said no')).toBe('model.bin: torch said no')
})

test('the more specific sentence wins over one that its words would fit as well', () => {
  expect(said('a is used by it has no rows.')).toBe('a 正被使用：没有数据行。')
})

test('Chinese stands apart from Latin words and figures, and close to its own', () => {
  const spaced = createTranslator({ 'the {0} of {1}': '{1:word}的{0:word}', row: '行', file: '文件' })
  expect(spaced('the row of file')).toBe('文件的行')
  expect(spaced('the row of B2')).toBe('B2 的行')
})

test('what the checks of a usual machine say has a Chinese form, with every figure and path in it', () => {
  for (const [english, ...kept] of [
    ['3.54.1, write-ahead log', '3.54.1'],
    ['66.6 GB free for /data/of mine', '66.6 GB', '/data/of mine'],
    ['/data is yours alone', '/data'],
    ['Other users can look into /data.', '/data'],
    ['0.13.9 is fetched with the first build', '0.13.9'],
    ['no NVIDIA driver and no AMD GPU found: cpu', 'CPU'],
    ['NVIDIA driver 560.35, RTX 4090: cu12x', '560.35', 'RTX 4090', 'cu12x'],
    ['ready, cpu, Python 3.11.7', 'CPU', '3.11.7'],
    ['missing: It has not been built.'],
    [
      'ready, cpu: The last build failed: A locked package is not where it was looked for (accelerate==1.15.0).',
      'accelerate==1.15.0',
    ],
    ['drifted, cu13x: numpy is 2.1; 2.0 was built.', 'numpy', '2.1', '2.0'],
  ] as const) {
    const chinese = toChinese(english)
    expect(chinese, english).toMatch(/\p{Script=Han}/u)
    expect(chinese).not.toMatch(/undefined|[a-z]+ [a-z]+ [a-z]+/)
    for (const figure of kept) expect(chinese).toContain(figure)
  }
})

test('what is said inside of what is said is translated to the end', () => {
  for (const [english, chinese] of [
    [
      'model.gguf: tensor "a.weight" needs 12 bytes, but the file has 3.',
      'model.gguf：张量“a.weight”需要 12 字节，而文件只有 3 字节。',
    ],
    [
      'x.safetensors: its JSON is not valid: the key "a" occurs twice, at character 7.',
      'x.safetensors：JSON 无效：第 7 个字符处键“a”重复。',
    ],
    [
      'None of the 3 rows in /a b/c.jsonl can be used. c.jsonl, line 1: messages[0].role must be text, not a number.',
      '/a b/c.jsonl 的 3 行均不可用。c.jsonl 第 1 行：messages[0].role 必须是文本，不能是数字。',
    ],
    [
      'The import of notes failed: messages[2] has the role "bot"; known are system, user, assistant and tool',
      'notes 导入失败：messages[2] 的角色为 "bot"，可用的有 system、user、assistant 和 tool',
    ],
    [
      'warmupRatio: 3 is not allowed; it must be a number from 0 to 1 (it is a fraction: write 0.03 for 3 %)',
      'warmupRatio：不能是 3，必须是 0 至 1 的数（这是比例：3 % 应写作 0.03）',
    ],
    ['base is in use: run tuned, deployment assistant.', 'base 正在使用中：训练 tuned、部署 assistant。'],
    [
      'It would fit with: --set microBatchSize=1 (compute 1 row at once instead of 8: slower, same result). --anyway starts it all the same.',
      '改为 --set microBatchSize=1（每次计算 1 行而不是 8 行：较慢，结果不变）即可放下。加 --anyway 可仍然开始。',
    ],
    ['The Python of /opt/venv is Python 3.9.2, older than 3.11.', '/opt/venv 的 Python 是 Python 3.9.2，低于 3.11。'],
    [
      'The worker was killed because the machine ran out of memory. It was using 3.1 GiB when last seen.',
      '机器内存不足，工作进程被终止。最后一次观测时占用 3.1 GiB。',
    ],
    ['12 rows whose last message is no answer', '12 行的最后一条消息不是回答'],
    ['There is no removed dataset version with the id dver_1.', '没有编号为 dver_1 的已删除数据集版本。'],
  ] as const)
    expect(toChinese(english)).toBe(chinese)
})

test('the time grows with the text and not with what is in it', () => {
  const name = 'a is b: c, d; e or f. G "h" (i) '.repeat(10)
  const long = `${name}${'x: y; z is w, v. U '.repeat(550)}`
  expect(long.length).toBeGreaterThan(10_000)
  const timesMs = [
    name,
    long,
    'a: '.repeat(3_400),
    '; '.repeat(5_000),
    '. A'.repeat(3_000),
    '"'.repeat(10_000),
  ].flatMap(text =>
    [text, `There is no model ${text}.`, `The import of x failed: ${text}`, `${text} is left out: ${text}`].map(
      whole => {
        // Of the processor, not of the clock: others may keep it busy meanwhile.
        const start = process.cpuUsage()
        toChinese(whole)
        return process.cpuUsage(start).user / 1_000
      },
    ),
  )
  expect(Math.max(...timesMs)).toBeLessThan(2_000)
})

test('what is longer than a person reads is shown as it came', () => {
  const long = `There is no model ${'a'.repeat(30_000)}.`
  expect(toChinese(long)).toBe(long)
})
