import type { Words } from '../translator.ts'

/** Python environments: finding an interpreter, building, probing, adopting, drift; and the checks of the machine. */
export const environments: Words = {
  // The machine check.
  'Node {0} is too old.': 'Node {0} 版本过旧。',
  'Install Slipway again, which brings the right one; start a checkout with npm start or npx slipway.':
    '请重新安装 Slipway，其中自带合适的版本；源码目录请用 npm start 或 npx slipway 启动。',
  '{0}, write-ahead log': '{0}，预写日志',
  'The database runs with journal mode {0}.': '数据库的日志模式为 {0}。',
  'Put the data directory on a local disk (SLIPWAY_DATA_DIR).': '请将数据目录放在本地磁盘上（SLIPWAY_DATA_DIR）。',
  '{0} free for {1}': '{1} 剩余 {0}',
  'Free space, or move it: {0}=/other/disk.': '请清理空间，或移到其他磁盘：{0}=/other/disk。',
  'Disk, data': '数据盘',
  'Disk, cache': '缓存盘',
  'File system': '文件系统',
  local: '本地文件系统',
  '{0} is on {1}, where a database can be damaged.': '{0} 位于 {1} 上，数据库可能损坏。',
  'Move it to a local disk and set SLIPWAY_DATA_DIR; models and datasets may stay where they are.':
    '请移到本地磁盘并设置 SLIPWAY_DATA_DIR；模型和数据集可以留在原处。',
  '{0} is yours alone': '{0} 仅你可访问',
  'Other users can look into {0}.': '其他用户可以查看 {0}。',
  '{0} can now be entered by its owner only.': '{0} 现在仅所有者可以进入。',
  'Building "{0}": follow it with "slipway jobs wait {1}".': '正在构建“{0}”：可用 slipway jobs wait {1} 跟踪。',
  '{0} is fetched with the first build': '{0}，首次构建时下载',
  'Nothing can listen on loopback: {0}': '无法监听回环地址：{0}',
  'The command line works without.': '命令行不受影响。',
  'loopback can be used': '可以使用回环地址',
  'Environment {0}': '环境 {0}',
  // Joined by marks alone: state, backend and Python; reason and backend.
  '{0}, {1}, Python {2}': '{0:word}，{1:word}，Python {2}',
  '{0}, Python {1}': '{0:word}，Python {1}',
  '{0}, {1}': '{0:word}，{1:word}',
  'no NVIDIA driver and no AMD GPU found': '未发现 NVIDIA 驱动和 AMD GPU',
  'NVIDIA driver {0}, {1}': 'NVIDIA 驱动 {0}，{1}',
  'NVIDIA driver {0}': 'NVIDIA 驱动 {0}',
  '{0}, older than compute capability 7.5': '{0:zh}，计算能力低于 7.5',
  'The NVIDIA GPU will not be used: {0}.': '不会使用 NVIDIA GPU：{0:zh}。',
  'update the driver to {0} or later': '请将驱动升级到 {0} 或更高版本',
  'this platform has no CUDA build on the Python Package Index: supply a lock and an index or wheelhouse':
    'PyPI 上没有适用于当前平台的 CUDA 构建，请提供锁文件以及软件源或 wheel 目录',
  'The AMD GPU will not be used: there is no ROCm lock; "slipway environments build training --backend rocm" says how to supply one.':
    '不会使用 AMD GPU：没有 ROCm 锁文件；slipway environments build training --backend rocm 会说明如何提供。',
  // State and choice.
  'slipway environments build {0}': 'slipway environments build {0}',
  '{0} is gone.': '{0} 已不存在。',
  'Adopt another, or build one: {0}': '请换一个现有环境，或构建：{0}',
  'What was built cannot be used: its interpreter or its stamp is gone.':
    '已构建的环境无法使用：解释器或构建标记已不存在。',
  'It has not been built.': '尚未构建。',
  'This version of Slipway locks other package versions.': '当前 Slipway 锁定的软件包版本不同。',
  'It was built for {0}; {1} asks for {2}.': '为 {0:word} 构建，而{1:zh}需要 {2:word}。',
  'The last build failed: {0}': '上次构建失败：{0:zh}',
  'Build it: slipway environments build {0} --wait': '请构建：slipway environments build {0} --wait',
  'The adopted environment {0} is gone.': '所采用的环境 {0} 已不存在。',
  'The environment "{0}" is still being built.': '环境“{0}”仍在构建。',
  'The environment "{0}" has not been built.': '环境“{0}”尚未构建。',
  '"{0}" is being built.': '“{0}”正在构建。',
  'Follow it with "slipway jobs wait {0}", or stop it with "slipway jobs stop {1}".':
    '可用 slipway jobs wait {0} 跟踪，或用 slipway jobs stop {1} 停止。',
  '"{0}" is in use: {1}.': '“{0}”正在使用中：{1:zh}。',
  'Stop these first, or wait for their end.': '请先停止它们，或等待结束。',
  'The check ended without a result.': '检查未得出结果。',
  'An index address with credentials would be stored with the job.': '含凭据的软件源地址会随任务一起保存。',
  "Put them into ~/.netrc or pip's configuration file, and name the address without.":
    '请将凭据写入 ~/.netrc 或 pip 配置文件，地址中不要包含凭据。',
  'There is no folder {0}.': '没有文件夹 {0}。',
  'Name the folder that holds the wheels: pip download puts them there.':
    '请指定存放 wheel 的文件夹，即 pip download 的下载目录。',
  'Build {0} ({1})': '构建 {0}（{1:word}）',
  // Interpreters.
  'Python {0} to {1}': 'Python {0} 至 {1}',
  'SLIPWAY_PYTHON names an interpreter that does not fit: {0}.': 'SLIPWAY_PYTHON 指定的解释器不合适：{0:zh}。',
  'No {0} was found on PATH: {1}.': 'PATH 中没有可用的 {0:zh}：{1:zh}。',
  'No {0} was found on PATH.': 'PATH 中没有 {0:zh}。',
  '{0} Or name one: SLIPWAY_PYTHON=/path/to/python3.': '{0:zh}也可以直接指定：SLIPWAY_PYTHON=/path/to/python3。',
  'Install Python {0} or later from your package manager.': '请用包管理器安装 Python {0} 或更高版本。',
  'Install Python {0} or later (64-bit) and reopen the terminal.':
    '请安装 64 位的 Python {0} 或更高版本，并重新打开终端。',
  "Install Python {0} or later with the system's package manager (its venv and pip modules are not needed if uv is on PATH).":
    '请用系统包管理器安装 Python {0} 或更高版本（若 PATH 中有 uv，则不需要 venv 和 pip 模块）。',
  'The Python of {0}': '{0} 的 Python',
  '{0} does not answer as a Python': '{0:zh} 不是可用的 Python',
  '{0} is {1}, not CPython': '{0:zh} 是 {1}，不是 CPython',
  '{0} is a 32-bit build': '{0:zh} 是 32 位构建',
  '{0} is Python {1}, older than {2}': '{0:zh} 是 Python {1}，低于 {2}',
  '{0} is Python {1}, newer than the locks know ({2})': '{0:zh} 是 Python {1}，高于锁文件支持的版本（{2}）',
  // Adopting.
  '{0} is no virtual environment and no conda environment.': '{0} 既不是 venv 也不是 conda 环境。',
  'Name the folder that holds pyvenv.cfg or conda-meta. The Python of the system is not adopted.':
    '请指定含 pyvenv.cfg 或 conda-meta 的文件夹。不采用系统自带的 Python。',
  "Slipway's workers need CPython {0} to {1}.": 'Slipway 的工作进程需要 CPython {0} 至 {1}。',
  '{0} lacks what is needed: {1}': '{0} 缺少所需内容：{1:zh}',
  'Install or update these there yourself (Slipway never changes it), or build one: slipway environments build.':
    '请自行在其中安装或更新（Slipway 不会改动它），或构建一个：slipway environments build。',
  '{0} does not exist.': '{0} 不存在。',
  'Check the path.': '请检查路径。',
  // Building.
  'waiting for {0}, which builds this environment': '等待{0:zh}，它正在构建该环境',
  'another process': '另一进程',
  'process {0}': '进程 {0}',
  'Stopped while waiting for another build.': '在等待另一次构建时停止。',
  'importing what was installed': '试导入已安装的包',
  'asking the index': '查询软件源',
  'downloading {0}': '下载 {0}',
  '{0} arrived': '{0} 已下载',
  'The new environment does not work: {0}': '新环境无法工作：{0:zh}',
  'No space is left for {0}.': '没有空间写入 {0}。',
  '{0} has {1} free; the environment needs about {2}.': '{0} 剩余 {1}，环境约需 {2}。',
  'Free space, or put the cache on another disk: XDG_CACHE_HOME=/other/disk.':
    '请清理空间，或将缓存放到其他磁盘：XDG_CACHE_HOME=/other/disk。',
  'What was installed is not what the lock says.': '实际安装的内容与锁文件不符。',
  'Report this with the details; the environment was not put into place.': '请附上详细信息反馈；该环境未启用。',
  'An environment has no folder for packages.': '环境中没有存放包的目录。',
  'The new environment could not be flushed to disk.': '新环境无法写入磁盘。',
  'SLIPWAY_OFFLINE=hard forbids downloads.': 'SLIPWAY_OFFLINE=hard 禁止下载。',
  'Build from a folder of wheels: slipway environments build training --wheelhouse DIR.':
    '请从 wheel 目录构建：slipway environments build training --wheelhouse DIR。',
  'The configuration cannot be read.': '无法读取配置。',
  // What uv and pip report.
  'The disk filled up while the environment was built.': '构建环境时磁盘已满。',
  'Free space, or put the cache on another disk: XDG_CACHE_HOME=/other/disk. What was there before still works.':
    '请清理空间，或将缓存放到其他磁盘：XDG_CACHE_HOME=/other/disk。原有环境仍可使用。',
  'The index served a file that is not the locked one{0}.': '软件源提供的文件与锁文件不符{0}。',
  'Its hash differs, so it was not installed. Use another index or mirror, and tell whoever runs this one.':
    '哈希不一致，因此未安装。请换用其他软件源或镜像，并告知该源的维护者。',
  'A locked package is not where it was looked for{0}.': '在指定来源中找不到锁定的软件包{0}。',
  'The index, mirror or wheelhouse must carry every version in the lock, for this Python and platform.':
    '软件源、镜像或 wheel 目录必须包含锁文件中的每个版本，且适用于当前 Python 和平台。',
  'The package index could not be reached.': '无法连接软件源。',
  'Check the network, the proxy (HTTPS_PROXY), the certificate (SSL_CERT_FILE) and the index (pip config list), or build from a folder of wheels: --wheelhouse DIR. What was there before still works.':
    '请检查网络、代理（HTTPS_PROXY）、证书（SSL_CERT_FILE）和软件源（pip config list），或从 wheel 目录构建：--wheelhouse DIR。原有环境仍可使用。',
  'The cache folder cannot be written.': '无法写入缓存目录。',
  'Make it writable for this user, or name another: XDG_CACHE_HOME=/path (and UV_CACHE_DIR if it is set).':
    '请授予当前用户写权限，或指定其他目录：XDG_CACHE_HOME=/path（若设置了 UV_CACHE_DIR 也一并修改）。',
  'uv could not install the packages.': 'uv 无法安装软件包。',
  'uv says: {0}': 'uv 报告：{0}',
  '{0} has neither pip nor the venv module with its copy of pip, which fetches uv {1}.':
    '{0} 既没有 pip，也没有自带 pip 的 venv 模块，无法下载 uv {1}。',
  'On Debian and Ubuntu: sudo apt install python{0}-venv. Elsewhere install pip for it, or put uv {1} on PATH.':
    'Debian、Ubuntu：sudo apt install python{0}-venv。其他系统请为其安装 pip，或将 uv {1} 放入 PATH。',
  'pip could not install uv {0}.': 'pip 无法安装 uv {0}。',
  'pip could not reach its package index to fetch uv {0}.': 'pip 无法连接软件源下载 uv {0}。',
  'pip says: {0}': 'pip 报告：{0}',
  'Check the network, the proxy (HTTPS_PROXY) and the index (pip config list), or build from a folder of wheels with --wheelhouse DIR.':
    '请检查网络、代理（HTTPS_PROXY）和软件源（pip config list），或用 --wheelhouse DIR 从 wheel 目录构建。',
  '{0} was stopped.': '{0} 已停止。',
  '{0} did not end within {1} ms.': '{0} 未在 {1} 毫秒内结束。',
  '{0} cannot be run: {1}': '无法运行 {0}：{1}',
  // Locks.
  'There is no environment called "{0}".': '没有名为“{0}”的环境。',
  'Environments: {0}.': '可用的环境：{0:list}。',
  'The environment "{0}" has no lock for the backend {1}.': '环境“{0}”没有计算后端 {1:word} 的锁文件。',
  'The lock of "{0}" for {1} is for {2}, not for {3}: the Python Package Index has no such build of PyTorch.':
    '“{0}”的 {1:word} 锁文件适用于 {2:list}，不适用于 {3}：PyPI 没有相应的 PyTorch 构建。',
  'No lock.': '没有锁文件。',
  'Where an index or a folder of wheels has such builds, make a lock with "node main/entry/lock-environments.ts --name {0} --backend {1} --index ADDRESS --out FILE" and build with "slipway environments build {2} --backend {3} --lock-file FILE --index ADDRESS" (or --wheelhouse DIR). Without a GPU: --backend cpu.':
    '若某个软件源或 wheel 目录有相应构建，请用 node main/entry/lock-environments.ts --name {0} --backend {1} --index ADDRESS --out FILE 生成锁文件，再用 slipway environments build {2} --backend {3} --lock-file FILE --index ADDRESS（或 --wheelhouse DIR）构建。没有 GPU 时用 --backend cpu。',
  'The lock file {0} cannot be read.': '无法读取锁文件 {0}。',
  'Check the path and its permissions.': '请检查路径及其权限。',
  '{0}, line {1}: not a pinned requirement with SHA-256 hashes.': '{0} 第 {1} 行：不是带 SHA-256 哈希的锁定依赖。',
  'Make the lock again with: node main/entry/lock-environments.ts':
    '请重新生成锁文件：node main/entry/lock-environments.ts',
  // Probing.
  '{0} ended with code {1} while it imported the packages.': '{0} 在导入软件包时以退出码 {1} 结束。',
  'The last lines of its output are in details.output.': '其输出的最后几行见 details.output。',
  '{0} cannot be imported: {1}': '无法导入 {0}：{1}',
  '{0} {1} is older than {2} (before 2.6, torch.load runs code hidden in a file: CVE-2025-32434).':
    '{0} {1} 低于 {2}（2.6 之前的 torch.load 会执行文件中隐藏的代码：CVE-2025-32434）。',
  'Update it to {0} or later.': '请升级到 {0} 或更高版本。',
  'This torch {0} was not built for ROCm.': '该 torch {0} 不是 ROCm 构建。',
  'This torch {0} was not built for CUDA.': '该 torch {0} 不是 CUDA 构建。',
  'Build the environment again; something replaced torch with a CPU build.':
    '请重新构建环境；torch 已被替换为 CPU 构建。',
  'torch sees no GPU: {0}': 'torch 未检测到 GPU：{0:zh}',
  'no reason given': '未说明原因',
  'Check the driver (nvidia-smi or rocminfo) and CUDA_VISIBLE_DEVICES. Training would use the CPU.':
    '请检查驱动（nvidia-smi 或 rocminfo）和 CUDA_VISIBLE_DEVICES。目前训练会使用 CPU。',
  '{0} (compute capability {1}) is not among the GPUs that torch {2} was built for.':
    'torch {2} 的构建不支持 {0}（计算能力 {1}）。',
  'Use the cu12x environment for older GPUs, or a newer lock for newer ones.':
    '较旧的 GPU 请使用 cu12x 环境，较新的 GPU 请使用更新的锁文件。',
  "Triton compiles at run time and needs Python's headers.": 'Triton 在运行时编译，需要 Python 头文件。',
  'Triton compiles at run time and needs a C compiler.': 'Triton 在运行时编译，需要 C 编译器。',
  "Install Python's development package (python3-dev).": '请安装 Python 开发包（python3-dev）。',
  'Install gcc or clang.': '请安装 gcc 或 clang。',
  'uv {0}': 'uv {0}',
  'Install {0}.': '请安装 {0}。',
  'The operating system is older than the package supports: update it.': '操作系统版本过旧，该软件包不支持，请升级。',
  'Build the environment again: slipway environments build.': '请重新构建环境：slipway environments build。',
  // Drift.
  'Build it again: slipway environments build {0} --rebuild.': '请重新构建：slipway environments build {0} --rebuild。',
  '{0} has no stamp: it was never finished.': '{0} 没有构建标记：构建未完成。',
  'Its interpreter is gone: {0} (Python {1}).': '解释器已不存在：{0}（Python {1}）。',
  'Install that Python again, or build anew: {0}': '请重新安装该 Python，或重新构建：{0:zh}',
  '{0} {1} was removed.': '{0} {1} 已被移除。',
  '{0} is {1}; {2} was built.': '{0} 现为 {1}，构建时为 {2}。',
  '{0} {1} was added by someone.': '{0} {1} 是后来装入的。',
  '{0} more files differ.': '另有 {0} 个文件不一致。',
  '{0} has no RECORD.': '{0} 没有 RECORD 文件。',
  '{0} ({1}) is missing.': '缺少 {0}（{1}）。',
  '{0} cannot be read.': '无法读取 {0}。',
  '{0} ({1}) was changed.': '{0}（{1}）已被修改。',
  // The check of the database.
  'It is damaged: {0}.': '已损坏：{0:zh}。',
  'Stop Slipway, copy the data directory, then restore the newest good backup: slipway backup restore.':
    '请停止 Slipway，复制数据目录，然后恢复最近的完好备份：slipway backup restore。',
  'the first check follows soon after the start': '启动后不久将进行首次检查',
  'no damage, checked {0}': '没有损坏，检查于 {0}',
  'the last check found damage, see the log of the backend': '上次检查发现损坏，详见后端日志',
  'The disk has no room for the copy that is checked.': '磁盘空间不足，无法存放用于检查的副本。',
  'Free some space; the check is tried again within the hour.': '请清理空间；一小时内会再次检查。',
  'The check failed.': '检查失败。',
  '{0} is damaged and was left as it is: {1}.': '{0} 已损坏，未作改动：{1:zh}。',
  'Keep a copy of the data directory, then restore the newest good backup: slipway backup restore.':
    '请保留数据目录的副本，然后恢复最近的完好备份：slipway backup restore。',
}
