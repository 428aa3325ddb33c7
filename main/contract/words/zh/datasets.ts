import type { Words } from '../translator.ts'

/** Datasets: checks, repair, splits, export, removal. What an import says of files and rows stands in `dataset-rows.ts`. */
export const datasets: Words = {
  // The dataset and its versions.
  'There is no dataset {0}.': '没有数据集 {0}。',
  'slipway datasets list shows them; a version is NAME@2, an alias NAME@golden.':
    '可用 slipway datasets list 查看；版本写作 NAME@2，别名写作 NAME@golden。',
  'Name the version that has it: slipway datasets update {0}@{1} --remove-alias {2}.':
    '请指定带有该别名的版本：slipway datasets update {0}@{1} --remove-alias {2}。',
  '{0} is still being imported.': '{0} 仍在导入。',
  'Wait for its job: slipway jobs list.': '请等待其任务结束：slipway jobs list。',
  'Stop its job first: slipway jobs list.': '请先停止其任务：slipway jobs list。',
  'The import of {0} failed: {1}': '{0} 导入失败：{1:zh}',
  'it has no rows': '没有数据行',
  'Correct the cause and import again; that makes a new version.': '请排除原因后重新导入，将生成新版本。',
  'A dataset named "{0}" exists already.': '已有名为“{0}”的数据集。',
  'Choose another name.': '请换一个名称。',
  '{0} is used by {1}.': '{0} 正被使用：{1:zh}。',
  'What trained or measured something stays, so that the result can be explained. Remove those first.':
    '用于训练或评测的数据会保留，以便解释结果。请先删除使用它的对象。',
  'dataset version': '数据集版本',
  'import {0}': '导入 {0}',
  // Queries.
  'The query on the dataset ended without an answer.': '对数据集的查询未返回结果。',
  'Try again; if it happens again, ask for fewer rows.': '请重试；若仍出现，请减少查询的行数。',
  'The regular expression is not valid: {0}': '正则表达式无效：{0}',
  'Write it as RE2 does: no look-ahead, no back-references.': '请按 RE2 语法书写：不支持前瞻和反向引用。',
  'The rows that were left out are written as JSON lines only.': '被剔除的行只能写为 JSON Lines。',
  'Name the file .jsonl, or give --file-format jsonl.': '请将文件命名为 .jsonl，或给出 --file-format jsonl。',
  // Looks into files that are not imported yet.
  'What the reader says of {0} cannot be understood.': '读取程序对 {0} 给出的结果无法理解。',
  'What the reader says of the file is too long.': '读取程序对该文件给出的结果过长。',
  'The file may be damaged, or made to break what reads it: get it again from its source. Slipway itself goes on.':
    '该文件可能已损坏，或是为破坏读取程序而制作的：请从来源重新获取。Slipway 本身不受影响。',
  'The file broke what reads it ({0}).': '该文件使读取程序崩溃（{0}）。',
  'A look into the file needs more than {0} MiB of memory.': '查看该文件需要的内存超过 {0} MiB。',
  'A few of its rows are very long, or it is made to exhaust what reads it: leave those rows out.':
    '其中有些行过长，或该文件是为耗尽内存而制作的：请去掉这些行。',
  'A look into the file takes longer than {0} seconds.': '查看该文件的时间超过 {0} 秒。',
  'Give a smaller file or one part of the archive; an import itself may take as long as it needs.':
    '请提供较小的文件或压缩包的一部分；导入本身没有时间限制。',
  'The program that reads files could not be started.': '无法启动读取文件的程序。',
  'The machine may be out of memory or of processes: close other programs, then try again.':
    '本机的内存或进程数可能已用尽：请关闭其他程序后重试。',
  // Checks.
  '1 row': '1 行',
  '{0} rows': '{0} 行',
  '{0} with a user turn that says nothing': '{0:zh}含空的用户轮次',
  'Remove these rows or fill the turns: the model learns to answer silence.':
    '请删除这些行或补全轮次，否则模型会学到对空内容作答。',
  '{0} with an assistant turn that says nothing': '{0:zh}含空的助手轮次',
  'Remove these turns: the model learns to stop at once.': '请删除这些轮次，否则模型会学到立即结束。',
  '{0} whose user and assistant turns do not take turns, user first': '{0:zh}的用户与助手未交替出现（应用户在先）',
  'Many chat templates refuse such conversations: join or remove the turns.':
    '许多对话模板会拒绝这类对话：请合并或删除相应轮次。',
  '{0} with a system message that is not the first': '{0:zh}的系统消息不在开头',
  'Most chat templates know one system message, at the start.': '多数对话模板只接受位于开头的一条系统消息。',
  '{0} whose last message is no answer': '{0:zh}的最后一条消息不是回答',
  'What follows the last answer teaches nothing: cut it off.': '最后一个回答之后的内容没有训练作用，请截去。',
  '{0} in which every answer has weight 0': '{0:zh}的全部回答权重为 0',
  'Every label of such a row is masked: give an answer a weight, or remove the row.':
    '这类行的标签全部被屏蔽：请为某个回答设权重，或删除该行。',
  '{0} with the same text chosen and rejected': '{0:zh}的 chosen 与 rejected 相同',
  'There is nothing to prefer: remove these rows.': '没有偏好可学，请删除这些行。',
  '{0} whose answers all have the same score': '{0:zh}的回答得分全部相同',
  'There is nothing to rank: remove these rows or score them again.': '无法排序：请删除这些行或重新打分。',
  '{0} with more than {1} characters, which {2} tokens hardly hold': '{0:zh}超过 {1} 个字符，{2} 个词元多半容纳不下',
  'They will be cut at the end: raise maxSequenceLength, or split the rows.':
    '末尾会被截断：请调大 maxSequenceLength，或拆分这些行。',
  '{0} with a question that {1} holds too': '{0:zh}的问题同时出现在 {1} 中',
  'What is trained on cannot measure: remove them here or there, or divide with slipway datasets split.':
    '训练过的内容不能用于评测：请在其中一侧删除，或用 slipway datasets split 重新划分。',
  '{0}: preferences from fewer than 100 rarely hold': '{0:zh}：少于 100 行的偏好数据很少可靠',
  'Collect more rows.': '请收集更多数据。',
  '{0} that repeat an earlier row exactly': '{0:zh}与前面的行完全重复',
  'Remove them, unless more weight is what you want.': '请删除，除非有意加大其权重。',
  '{0} that differ from an earlier row in case, spaces and punctuation at most':
    '{0:zh}与前面的行仅有大小写、空格或标点之差',
  'Look at them: they are likely the same row.': '请核对，很可能是同一行。',
  '{0} answers are marked good and {1} bad': '{0} 个回答标为好，{1} 个标为坏',
  'KTO needs both.': 'KTO 两种都需要。',
  'Set desirableWeight and undesirableWeight, or even the two out.':
    '请设置 desirableWeight 与 undesirableWeight，或使两者数量接近。',
  '{0} learns from {1} rows; these are {2} rows': '{0} 使用 {1:list} 数据，而这里是 {2} 数据',
  'Choose a method for {0} rows, or import the file again with another --format.':
    '请选择适合 {0} 数据的方法，或以其他 --format 重新导入。',
  'rows cannot be rendered': '有些行无法渲染',
  'Training leaves these rows out: correct or remove them.': '训练时会跳过这些行：请修正或删除。',
  '{0} rows are longer than {1} tokens and are cut': '{0} 行超过 {1} 个词元，会被截断',
  'Raise maxSequenceLength, or split the rows.': '请调大 maxSequenceLength，或拆分这些行。',
  'nothing would be learned: no row has a token that the loss sees': '学不到任何内容：没有一行含计入损失的词元',
  'See the first problem above; training refuses this set.': '请先处理上面的第一个问题；训练会拒绝该数据集。',
  'The check was stopped.': '检查已停止。',
  'The Python worker could not be started.': '无法启动 Python 工作进程。',
  'slipway doctor checks the environment.': '可用 slipway doctor 检查环境。',
  'The check ended with {0} before it was done.': '检查未完成即退出，退出码 {0}。',
  // Repair and split.
  'Which rows a model cannot be shown is not known without the model.': '未指定模型，无法得知哪些行不能渲染。',
  'Give the model that the rows were checked against.': '请指定检查时所用的模型。',
  'Leaving rows out does not repair {0}.': '去除行无法修复 {0:list}。',
  'Give codes of problems that rows have, as slipway datasets check names them; leak needs --against.':
    '请给出 slipway datasets check 列出的问题代码；leak 需要 --against。',
  'No row of {0} has these problems.': '{0} 中没有存在这些问题的行。',
  'Check it again: it may have been repaired already.': '请重新检查，可能已经修复。',
  'No row of {0} would be left.': '{0} 将不剩任何行。',
  'The set as a whole has these problems: import it again, with another format or mapping.':
    '整个数据集都有这些问题：请换一种格式或列映射重新导入。',
  'the repair': '修复结果',
  'No row would be left for {0}: {1} has {2} rows.': '{0:word}分不到任何行：{1} 共 {2} 行。',
  'Choose larger shares, or import more rows. Rows with the same question stay together.':
    '请调大比例，或导入更多数据。问题相同的行会分在一起。',
  'validation and test together must be more than 0 and less than 1.': '验证与测试比例之和必须大于 0 且小于 1。',
  'For example --validation 0.1 --test 0.1: the rest is for training.':
    '例如 --validation 0.1 --test 0.1，其余用于训练。',
  'the split': '划分结果',
  // Export.
  'It is not clear in which format to write {0}.': '无法判断 {0} 的写出格式。',
  'Name it .jsonl, .csv or .parquet, or give --file-format.':
    '请使用 .jsonl、.csv 或 .parquet 扩展名，或指定 --file-format。',
  'Name a file that does not exist yet.': '请指定一个尚不存在的文件。',
  'The export was cancelled; nothing was kept.': '导出已取消，未保留任何内容。',
}
