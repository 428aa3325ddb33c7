import type { RemovedItem, StorageCheck, StoragePart, StoredProblem } from '../../../../main/contract/storage.ts'
import { dictionary } from '../../../lib/i18n.ts'

export const storageText = dictionary({
  what: [
    'What the data folder holds, what of it nothing needs any more, and whether every stored file is still as it was.',
    '数据目录的占用情况、可释放的空间，以及已存储的文件是否完好。',
  ],
  unread: ['The data folder could not be measured', '无法统计数据目录'],
  again: ['Measure again', '重新统计'],
  measured: [(at: string) => `Measured ${at}`, (at: string) => `统计于 ${at}`],
  holds: ['In the data folder', '数据目录'],
  part: ['Part', '内容'],
  files: ['Files', '文件数'],
  size: ['Size', '大小'],
  sum: ['Together', '合计'],
  disk: ['Disk', '磁盘'],
  diskFree: [
    (free: string, total: string) => `${free} free of ${total}`,
    (free: string, total: string) => `可用 ${free}，共 ${total}`,
  ],
  reserve: [
    (size: string) => `Imports leave ${size} free: one that would need more is refused before it begins.`,
    (size: string) => `导入会保留 ${size} 可用空间，超出时会在开始前拒绝。`,
  ],
  environments: ['Environments', '环境'],
  environmentsSize: [
    (size: string, count: string) =>
      `${size} in ${count} built ${count === '1' ? 'environment' : 'environments'}, in the cache folder`,
    (size: string, count: string) => `${count} 个已构建的环境，共 ${size}，位于缓存目录`,
  ],
  noEnvironments: ['None is built', '尚未构建'],
  environmentsNote: [
    'Not part of the data folder: they can be built again at any time, and are removed on their own page.',
    '不在数据目录内，可随时重新构建，请在环境页面移除。',
  ],

  free: ['What can be freed', '可释放的空间'],
  freeNothing: ['Nothing: every byte in the data folder is needed.', '没有可释放的空间，数据目录中的内容都在使用。'],
  freeWhat: [
    (size: string, what: string) => `${size} that nothing needs: ${what}.`,
    (size: string, what: string) => `${size} 已无用：${what}。`,
  ],
  freeWhy: [
    'They are left by imports and conversions that failed or were stopped, and by what was deleted for good. Slipway also deletes them by itself: at its start, and every six hours.',
    '来自失败或中止的导入与转换，以及已彻底删除的内容。Slipway 启动时及之后每六小时也会自动删除。',
  ],
  freeKept: [
    'This cannot be undone, and takes nothing that could be missed: what can still be restored below, backups and your own folders stay.',
    '此操作不可撤销，但不会删除任何有用的内容：下方可恢复的内容、备份和你自己的文件夹都会保留。',
  ],
  waits: ['Nothing can be freed just now', '暂时无法释放空间'],
  waitsFor: [
    (what: string) => `${what} is being stored: which bytes it needs is not known yet.`,
    (what: string) => `正在保存${what}，尚不知道它需要哪些数据。`,
  ],
  waitsDo: ['When that has ended, Slipway frees the space by itself.', '完成后 Slipway 会自动释放空间。'],
  freeNow: ['Free space', '释放空间'],
  freeing: [
    (freed: string, total: string) => `Freeing: ${freed} of about ${total}`,
    (freed: string, total: string) => `正在释放：${freed} / 约 ${total}`,
  ],
  filesAndFolders: [
    (files: string, folders: string) =>
      [
        ...(files === '0' ? [] : [`${files} stored ${files === '1' ? 'file' : 'files'}`]),
        ...(folders === '0' ? [] : [`${folders} ${folders === '1' ? 'folder' : 'folders'}`]),
      ].join(' and '),
    (files: string, folders: string) =>
      [...(files === '0' ? [] : [`${files} 个已存储的文件`]), ...(folders === '0' ? [] : [`${folders} 个文件夹`])].join(
        '和',
      ),
  ],
  freed: [(size: string) => `${size} freed`, (size: string) => `已释放 ${size}`],
  freedWhat: [(what: string) => `Deleted: ${what}.`, (what: string) => `已删除${what}。`],
  notFreed: ['The space was not freed', '未能释放空间'],

  removed: ['Removed, can be taken back', '已移除，可恢复'],
  removedWhy: [
    'What was removed keeps its bytes for seven days. Then they are deleted for good, within six hours.',
    '移除的内容会保留七天，之后六小时内彻底删除。',
  ],
  removedNone: ['Nothing was removed in the last seven days.', '最近七天没有移除任何内容。'],
  removedUnread: ['What was removed could not be read', '无法读取已移除的内容'],
  kind: ['Kind', '类型'],
  name: ['Name', '名称'],
  goes: ['Deleted for good', '彻底删除时间'],
  restore: ['Restore', '恢复'],
  restoreName: [(name: string) => `Restore ${name}`, (name: string) => `恢复 ${name}`],
  restored: [(name: string) => `${name} is back.`, (name: string) => `已恢复 ${name}。`],
  notRestored: ['It was not restored', '未能恢复'],

  check: ['Check of all files', '检查所有文件'],
  checkWhy: [
    'Reads every stored file of models and datasets again and compares it with its SHA-256. A damaged file is moved aside and never served again. Models in your own folders are checked on their own page.',
    '重新读取模型和数据集的每个已存储文件，并与 SHA-256 比对。损坏的文件会移到隔离目录，不再使用。位于你自己文件夹中的模型请在其页面校验。',
  ],
  checkAll: ['Check all files', '检查所有文件'],
  checking: ['Checking all stored files', '正在检查所有已存储的文件'],
  notChecked: ['The check could not start', '无法开始检查'],
  reportUnread: ['The last check could not be read', '无法读取上次的检查结果'],
  never: ['The files were not checked yet.', '尚未检查过。'],
  checkedWhat: [
    (files: string, size: string, at: string) => `${files} files, ${size}; ${at}`,
    (files: string, size: string, at: string) => `${files} 个文件，${size}；${at}`,
  ],
  problemsDo: [
    'Import what is damaged or missing again from its source; the same name makes a new version.',
    '请从来源重新导入损坏或缺失的内容，同名导入会形成新版本。',
  ],
  problemsFound: [
    (count: string, files: string) => `${count} of ${files} files are not as they were stored`,
    (count: string, files: string) => `${files} 个文件中有 ${count} 个与存储时不符`,
  ],
  more: [(count: string) => `and ${count} more`, (count: string) => `另有 ${count} 个`],
  aside: [(what: string) => `${what}, moved aside`, (what: string) => `${what}，已隔离`],
})

export const outcomeText = dictionary({
  running: ['Being checked', '正在检查'],
  sound: ['Every file is as it was stored', '所有文件完好'],
  problems: ['Files are damaged or missing', '有文件损坏或缺失'],
  stopped: ['The last check was stopped', '上次检查已停止'],
  failed: ['The last check did not end', '上次检查未完成'],
} satisfies Record<StorageCheck['outcome'], readonly [string, string]>)

export const problemText = dictionary({
  damaged: ['damaged', '已损坏'],
  missing: ['missing', '缺失'],
  unreadable: ['cannot be read', '无法读取'],
} satisfies Record<StoredProblem['kind'], readonly [string, string]>)

export const partText = dictionary({
  models: ['Models: copies and conversions', '模型（副本与转换结果）'],
  datasets: ['Datasets, as Parquet', '数据集（Parquet）'],
  runs: ['Results of training', '训练结果'],
  checkpoints: ['Checkpoints', '检查点'],
  evaluations: ['Answers of evaluations', '评测回答'],
  database: ['Database', '数据库'],
  backups: ['Backups', '备份'],
  replaced: ['What a restore replaced', '恢复时替换下的数据'],
  logs: ['Jobs and logs', '任务与日志'],
  unneeded: ['Needed by nothing', '无用数据'],
  quarantine: ['Damaged, moved aside', '已隔离的损坏文件'],
  working: ['Work in progress', '正在写入'],
  other: ['Not of Slipway', '非 Slipway 文件'],
} satisfies Record<StoragePart, readonly [string, string]>)

export const removedKindText = dictionary({
  model: ['Model', '模型'],
  dataset: ['Dataset', '数据集'],
  run: ['Training run', '训练'],
  evaluation: ['Evaluation', '评测'],
  deployment: ['Deployment', '部署'],
} satisfies Record<RemovedItem['kind'], readonly [string, string]>)
