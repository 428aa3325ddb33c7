import type { Backend, Environment } from '../../../main/contract/environments.ts'
import { dictionary } from '../../lib/i18n.ts'
import type { GlyphState } from '../../ui/Glyph.tsx'

export const environmentGlyph: Record<Environment['state'], GlyphState> = {
  missing: 'draft',
  building: 'run',
  ready: 'ok',
  outdated: 'warn',
  drifted: 'warn',
  broken: 'fail',
}

export const environmentStateText = dictionary({
  missing: ['Not built', '未构建'],
  building: ['Building', '构建中'],
  ready: ['Ready', '就绪'],
  outdated: ['Outdated', '版本过旧'],
  drifted: ['Changed since it was built', '构建后有改动'],
  broken: ['Broken', '已损坏'],
} satisfies Record<Environment['state'], readonly [string, string]>)

export const backendText = dictionary({
  cpu: ['CPU', 'CPU'],
  cu12x: ['CUDA 12', 'CUDA 12'],
  cu13x: ['CUDA 13', 'CUDA 13'],
  rocm: ['ROCm', 'ROCm'],
} satisfies Record<Backend, readonly [string, string]>)

export const environmentNameText = dictionary({
  training: ['Training', '训练'],
  conversion: ['Conversion', '转换'],
})

export const environmentDescriptionText = dictionary({
  training: [
    'Training, evaluation and safetensors inference: torch, transformers, trl, peft, datasets',
    '训练、评测和 safetensors 推理：torch、transformers、trl、peft、datasets',
  ],
  conversion: ['Conversion between formats, such as GGUF and ONNX', '格式转换，例如 GGUF 和 ONNX'],
})

export const environmentsText = dictionary({
  title: ['Environments', '环境'],
  note: [
    'Python environments are built from locks with a hash for every file, and shared by every data folder of this account.',
    'Python 环境按锁文件构建，逐文件校验哈希，由本账户的所有数据目录共用。',
  ],
  unread: ['The environments could not be read', '无法读取环境'],
  list: ['Environments', '环境列表'],
  adopted: ['adopted', '外部环境'],
  build: ['Build …', '构建……'],
  rebuild: ['Build again …', '重新构建……'],
  adopt: ['Use an existing one …', '使用现有环境……'],
  verify: ['Verify', '校验'],
  verifyQuick: ['Packages and versions', '包与版本'],
  verifyDeep: ['Every file, by SHA-256', '逐文件校验 SHA-256'],
  verifying: ['Verifying', '正在校验'],
  remove: ['Remove …', '删除……'],
  forget: ['Forget …', '取消使用……'],
  facts: ['What it is', '基本信息'],
  backend: ['Backend', '计算后端'],
  recommended: ['Recommended', '推荐'],
  recommendedBy: [
    (backend: string, reason: string) => `${backend}: ${reason}`,
    (backend: string, reason: string) => `${backend}：${reason}`,
  ],
  path: ['Folder', '目录'],
  python: ['Python', 'Python'],
  lock: ['Lock', '锁文件'],
  size: ['Size', '大小'],
  built: ['Built', '构建时间'],
  devices: ['Devices it sees', '可用设备'],
  packages: ['Packages', '软件包'],
  packageCount: [
    (count: string) => (count === '1' ? '1 package' : `${count} packages`),
    (count: string) => `${count} 个包`,
  ],
  filterPackages: ['Filter packages', '筛选软件包'],
  name: ['Name', '名称'],
  version: ['Version', '版本'],
  building: ['Being built', '正在构建'],
  stop: ['Stop the build', '停止构建'],
  notStopped: ['The build could not be stopped', '无法停止构建'],
  left: [(time: string) => `${time} left`, (time: string) => `剩余 ${time}`],

  intact: ['Nothing has changed', '没有改动'],
  checked: [
    (packages: string, files: string, size: string) =>
      `${packages} packages and ${files} files (${size}) are as they were built.`,
    (packages: string, files: string, size: string) => `${packages} 个包、${files} 个文件（${size}）与构建时一致。`,
  ],
  checkedPackages: [
    (packages: string) => `${packages} packages have the versions they were built with. Their files were not read.`,
    (packages: string) => `${packages} 个包的版本与构建时一致，未逐个读取文件。`,
  ],
  checkedAdopted: [
    'It can be used. What lies in it is its owner’s: Slipway has no record to compare it with.',
    '可以使用。外部环境的内容由其所有者管理，没有可供比对的记录。',
  ],
  differs: ['It is not what was built', '与构建时不一致'],
  unverified: ['It could not be verified', '无法校验'],

  removeTitle: [(name: string) => `Remove the ${name} environment?`, (name: string) => `删除${name}环境？`],
  removeWhat: [
    (size: string) =>
      `Lost: ${size} on the disk; it can be built again. Kept: models, datasets, runs. Until then nothing can be trained.`,
    (size: string) => `将删除磁盘上的 ${size}，之后可重新构建。模型、数据集和训练记录会保留；重建之前无法训练。`,
  ],
  forgetTitle: [
    (name: string) => `Stop using the adopted ${name} environment?`,
    (name: string) => `不再使用${name}的外部环境？`,
  ],
  forgetWhat: [
    (path: string) => `Kept: ${path} stays as it is; it is only not used any more.`,
    (path: string) => `${path} 会原样保留，只是不再被使用。`,
  ],
  removeDo: ['Remove it', '删除'],
  forgetDo: ['Stop using it', '取消使用'],
  keep: ['Keep it', '保留'],
  removed: [(size: string) => `Removed, ${size} are free again.`, (size: string) => `已删除，释放 ${size}。`],
  notRemoved: ['It could not be removed', '无法删除'],

  buildTitle: [(name: string) => `Build the ${name} environment`, (name: string) => `构建${name}环境`],
  auto: [(backend: string) => `As recommended: ${backend}`, (backend: string) => `按推荐：${backend}`],
  download: [
    (download: string, disk: string) => `downloads ${download} at most, takes ${disk} on the disk`,
    (download: string, disk: string) => `最多下载 ${download}，占用磁盘 ${disk}`,
  ],
  from: ['From', '来源'],
  fromIndex: ['Package index', '软件源'],
  fromMirror: ['A mirror', '镜像'],
  fromFolder: ['A folder of wheels', 'wheel 目录'],
  indexHint: [
    'The index that pip is set up for; each file’s hash is compared with the lock.',
    '使用 pip 配置的软件源，每个文件都与锁文件中的哈希比对。',
  ],
  mirror: ['Address', '地址'],
  mirrorHint: [
    'Without credentials: they belong into ~/.netrc or pip’s configuration file.',
    '地址中不要包含凭据，请写入 ~/.netrc 或 pip 配置文件。',
  ],
  folder: ['Folder', '目录'],
  folderHint: ['No network is used at all.', '完全不使用网络。'],
  again: ['Build again although a sound one is there', '已有可用环境时也重新构建'],
  cli: ['The same in a terminal', '终端中的等价命令'],
  buildDo: ['Build', '构建'],
  notBuilt: ['The build could not be started', '无法开始构建'],

  adoptTitle: [(name: string) => `Use an existing ${name} environment`, (name: string) => `为${name}使用现有环境`],
  adoptWhy: [
    'A virtual or conda environment with PyTorch in it. It is inspected, used as it is, and never written into.',
    '已装有 PyTorch 的 venv 或 conda 环境。只做检查并原样使用，不会写入任何内容。',
  ],
  adoptDo: ['Inspect and use', '检查并使用'],
  notAdopted: ['This environment cannot be used', '无法使用该环境'],
})
