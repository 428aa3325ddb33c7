import type { Environment } from '../../../main/contract/environments.ts'
import type { Language } from '../../lib/view.ts'

/**
 * What the backend says about the machine is English, because scripts and logs read it too. Here its sentences get a
 * Chinese form; figures, paths and names go through as they are. A sentence without a line here is shown as it came.
 */
type Line = readonly [pattern: RegExp, chinese: (...parts: string[]) => string]

/** As in the middle of a sentence. */
const states: Record<Environment['state'], string> = {
  missing: '未构建',
  building: '构建中',
  ready: '就绪',
  outdated: '版本过旧',
  drifted: '构建后有改动',
  broken: '已损坏',
}
const stateOf = (state: string): string => states[state as Environment['state']]
const backendOf = (backend: string): string => backend.replace('cpu', 'CPU')

const lines: readonly Line[] = [
  [/^Node (\S+) is too old\.$/, version => `Node ${version} 版本过旧。`],
  [
    /^Start Slipway with npm start or npx slipway: they bring the right one\.$/,
    () => '请用 npm start 或 npx slipway 启动，它们自带合适的版本。',
  ],
  [/^(\S+), write-ahead log$/, version => `${version}，预写日志`],
  [/^The database runs with journal mode (\S+)\.$/, mode => `数据库的日志模式为 ${mode}。`],
  [
    /^Put the data directory on a local disk \(SLIPWAY_DATA_DIR\)\.$/,
    () => '请将数据目录放在本地磁盘上（SLIPWAY_DATA_DIR）。',
  ],
  [/^(.+) free for (.+)$/, (free, path) => `${path} 剩余 ${free}`],
  [/^Free space, or move it: (.+)\.$/, how => `请清理空间，或移到其他磁盘：${how}`],
  [/^local$/, () => '本地文件系统'],
  [
    /^(.+) is on (\S+), where a database can be damaged\.$/,
    (path, system) => `${path} 位于 ${system} 上，数据库可能损坏。`,
  ],
  [
    /^Move it to a local disk and set SLIPWAY_DATA_DIR; models and datasets may stay where they are\.$/,
    () => '请移到本地磁盘并设置 SLIPWAY_DATA_DIR；模型和数据集可以留在原处。',
  ],
  [/^(.+) is yours alone$/, path => `${path} 仅你可访问`],
  [/^Other users can look into (.+)\.$/, path => `其他用户可以查看 ${path}。`],
  [/^(\S+) is fetched with the first build$/, version => `${version}，首次构建时下载`],
  [/^loopback can be used$/, () => '可以使用回环地址'],
  [/^Nothing can listen on loopback: (.+)$/, why => `无法监听回环地址：${why}`],
  [/^The command line works without\.$/, () => '命令行不受影响。'],
  [/^no NVIDIA driver and no AMD GPU found: (\S+)$/, backend => `未发现 NVIDIA 驱动和 AMD GPU：${backendOf(backend)}`],
  [/^no NVIDIA driver and no AMD GPU found$/, () => '未发现 NVIDIA 驱动和 AMD GPU'],
  [/^NVIDIA driver (\S+), (.+): (\S+)$/, (driver, gpu, backend) => `NVIDIA 驱动 ${driver}，${gpu}：${backend}`],
  [/^NVIDIA driver (\S+)(?:, (.+))?$/, (driver, gpu = '') => `NVIDIA 驱动 ${driver}${gpu && `，${gpu}`}`],
  [
    /^The NVIDIA GPU will not be used: update the driver to (\S+) or later\.$/,
    driver => `不会使用 NVIDIA GPU：请将驱动升级到 ${driver} 或更高版本。`,
  ],
  [
    /^SLIPWAY_PYTHON names an interpreter that does not fit: (.+)\.$/,
    why => `SLIPWAY_PYTHON 指定的解释器不合适：${why}。`,
  ],
  [/^No (.+) was found on PATH\.$/, what => `PATH 中没有 ${what}。`],
  [/^It has not been built\.$/, () => '尚未构建。'],
  [
    /^What was built cannot be used: its interpreter or its stamp is gone\.$/,
    () => '已构建的环境无法使用：解释器或构建标记已不存在。',
  ],
  [/^This version of Slipway locks other package versions\.$/, () => '当前 Slipway 锁定的软件包版本不同。'],
  [
    /^It was built for (\S+); (.+) asks for (\S+)\.$/,
    (built, why, wanted) => `为 ${built} 构建，而${toldInChinese(why)}需要 ${wanted}。`,
  ],
  [/^The last build failed: (.+)$/, why => `上次构建失败：${toldInChinese(why)}`],
  [
    /^A locked package is not where it was looked for \((.+)\)\.$/,
    name => `在指定来源中找不到锁定的软件包（${name}）。`,
  ],
  [
    /^The index, mirror or wheelhouse must carry every version in the lock, for this Python and platform\.$/,
    () => '软件源、镜像或 wheel 目录必须包含锁文件中的每个版本，且适用于当前 Python 和平台。',
  ],
  [/^(.+) is gone\.$/, path => `${path} 已不存在。`],
  [/^(\S+) (\S+) was removed\.$/, (name, version) => `${name} ${version} 已被移除。`],
  [/^(\S+) is (\S+); (\S+) was built\.$/, (name, found, built) => `${name} 现为 ${found}，构建时为 ${built}。`],
  [/^(\S+) (\S+) was added by someone\.$/, (name, version) => `${name} ${version} 是后来装入的。`],
  [/^Build it again: (.+)\.$/, command => `请重新构建：${command}`],
  [
    /^(missing|building|ready|outdated|drifted|broken)((?:, [^:,]+)*)(?:: (.+))?$/,
    (state, more, problem = '') =>
      `${stateOf(state)}${backendOf(more).replaceAll(', ', '，')}${problem && `：${toldInChinese(problem)}`}`,
  ],
]

function toldInChinese(text: string): string {
  for (const [pattern, chinese] of lines) {
    const match = pattern.exec(text)
    if (match) return chinese(...match.slice(1).filter(part => part !== undefined))
  }
  return text
}

/** A sentence of the backend about this machine, in the language that is on. */
export const told = (text: string, language: Language): string => (language === 'zh' ? toldInChinese(text) : text)
