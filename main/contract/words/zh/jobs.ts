import type { Words } from '../translator.ts'

/** Jobs and how they end, devices and leases, system, settings, keys, files and the audit log. */
export const jobs: Words = {
  'There is no job {0}.': '没有任务 {0}。',
  'slipway jobs list shows them.': '可用 slipway jobs list 查看。',
  'Several jobs are called {0}.': '有多个任务名为 {0}。',
  '{0} has no attempt {1}.': '{0} 没有第 {1} 次尝试。',
  'It was started {0} times: the last attempt is {1}.': '共启动过 {0} 次，最后一次为第 {1} 次。',
  'Use the id; the newest is {0}.': '请使用编号，最新的是 {0}。',
  'Nobody handles jobs of the kind {0}.': '没有可处理 {0:word} 类任务的模块。',
  '{0} has ended already ({1}).': '{0} 已结束（{1:word}）。',
  'Nobody waits for {0} any more.': '已无人等待 {0}。',
  '{0} does not wait any more ({1}).': '{0} 已不在排队（{1:word}）。',
  '{0} has not ended ({1}).': '{0} 尚未结束（{1:word}）。',
  'Stop it first: slipway jobs stop {0}.': '请先停止：slipway jobs stop {0}。',
  '{0} cannot hear commands now ({1}).': '{0} 目前无法接收命令（{1:word}）。',
  'A job cannot go from {0} to {1}.': '任务不能从{0:word}变为{1:word}。',
  '{0} is still under way.': '{0} 仍在进行。',
  'Stop it first.': '请先停止。',
  // How a job ended.
  'It ended by itself.': '自行结束。',
  'It fell over {0} times within ten minutes and stays down. The last time: {1}':
    '十分钟内崩溃 {0} 次，不再重启。最后一次：{1:zh}',
  'slipway jobs logs {0} shows what it printed.': '可用 slipway jobs logs {0} 查看输出。',
  "The job's runner could not be started: {0}": '无法启动任务的运行器：{0:zh}',
  "The job's runner could not be started: unknown error": '无法启动任务的运行器：未知错误',
  'The machine may be out of memory or processes: try again when it is less busy.':
    '机器的内存或进程数可能已耗尽：请在空闲时重试。',
  'The worker failed and did not say why.': '工作进程失败，未说明原因。',
  'The program of this job could not be started: {0}': '无法启动该任务的程序：{0:zh}',
  'it could not be started': '无法启动',
  '{0} may not be executed.': '没有执行 {0} 的权限。',
  'The job used more memory than its limit of {0} and was killed.': '任务内存超过上限 {0}，已被终止。',
  'Make the batch, the sequence length or the model smaller, or give it more memory.':
    '请减小批大小、序列长度或模型，或分配更多内存。',
  'The worker reported so many events that it was stopped before they filled the disk.':
    '工作进程上报的事件过多，为避免写满磁盘已停止。',
  'Report less often (for training: a larger loggingSteps). {0}': '请降低上报频率（训练可调大 loggingSteps）。{0:zh}',
  'The system told this job to end, as it does at a shutdown or a logout.': '系统要求该任务结束（例如关机或注销）。',
  'Start it again; a training run resumes from its last checkpoint.': '请重新开始；训练会从最近的检查点继续。',
  'The worker crashed ({0}).': '工作进程崩溃（{0}）。',
  '{0} If it crashes again at the same place, report it with that log.': '{0:zh}若在同一处再次崩溃，请附上该日志反馈。',
  'The worker ended with exit code {0}.': '工作进程退出，退出码 {0}。',
  ' It was using {0} when last seen.': '最后一次观测时占用 {0}。',
  'The worker was killed because the machine ran out of memory.{0}': '机器内存不足，工作进程被终止。{0:zh}',
  'Close other programs, or make the batch, the sequence length or the model smaller.':
    '请关闭其他程序，或减小批大小、序列长度或模型。',
  "The worker was killed by SIGKILL, probably by somebody on this machine or by the kernel's out-of-memory killer.{0}":
    '工作进程被 SIGKILL 终止，可能是本机用户所为，或内核因内存不足所为。{0:zh}',
  'If nobody did it, use less memory: a smaller batch, sequence length or model. {0}':
    '若非人为，请减少内存占用：减小批大小、序列长度或模型。{0:zh}',
  'The machine was restarted while this job ran; nobody saw how it ended.':
    '任务运行期间机器重启，无法得知其结束过程。',
  'The process that ran this job is gone, and nobody saw how it ended.': '运行该任务的进程已消失，无法得知其结束过程。',
  'The runner of {0} could not start: {1}': '{0} 的运行器无法启动：{1:zh}',
  '{0} has what it said.': '其输出见 {0}。',
  'it ended with {0}.': '以 {0:zh} 结束。',
  'code {0}': '退出码 {0}',
  "There is no room on the disk for the job's folder {0}.": '磁盘没有空间存放任务目录 {0}。',
  'Free some space on the disk of the data directory, then start the job again.':
    '请清理数据目录所在磁盘后重新开始任务。',
  "The job's folder {0} cannot be written.": '无法写入任务目录 {0}。',
  'Give yourself write permission on the data directory.': '请为自己授予数据目录的写权限。',
  "A job's file cannot be called {0}.": '任务文件不能命名为 {0}。',
  "Use a relative path inside the job's folder that does not begin with {0}/.":
    '请使用任务目录内的相对路径，且不以 {0}/ 开头。',
  'A page of a log lies before a line or after one, not both.': '日志分页只能在某行之前或之后，不能同时指定。',
  'Leave one of them out.': '请去掉其中一个。',
  '{0} … ({1} bytes cut)': '{0} ……（截去 {1} 字节）',
  '(this line of the log is damaged)': '（该行日志已损坏）',
  // Devices.
  'The job needs {0} on one device; the largest that it may use has {1}.':
    '任务需要单个设备 {0}，而可用的最大设备只有 {1}。',
  'This machine has no device {0} with {1}.': '本机没有容量为 {1} 的设备 {0}。',
  'Make the model, the batch or the context smaller.': '请减小模型、批大小或上下文。',
  'It has: {0}.': '现有：{0:list}。',
  'The GPUs are still being looked for: try again in a moment.': '仍在检测 GPU，请稍后重试。',
  'unknown processor': '未知处理器',
  "The NVIDIA driver's library and its kernel module have different versions.": 'NVIDIA 驱动库与内核模块版本不一致。',
  'The driver was updated while the old one was loaded: restart the machine.': '驱动已更新但旧版仍在加载：请重启机器。',
  'A GPU has fallen off the bus or is otherwise inaccessible.': '有 GPU 掉线或无法访问。',
  'Look into the kernel log (dmesg, "Xid"); restarting the machine usually brings it back.':
    '请查看内核日志（dmesg 中的 Xid）；重启机器通常可以恢复。',
  'The NVIDIA driver does not answer (NVML code {0}).': 'NVIDIA 驱动没有响应（NVML 代码 {0:zh}）。',
  'missing function': '缺少函数',
  'Check that nvidia-smi works; if it does not, reinstall the driver or restart the machine.':
    '请检查 nvidia-smi 是否可用；若不可用，请重装驱动或重启机器。',
  'The GPU driver does not answer.': 'GPU 驱动没有响应。',
  'Check that its own tool answers (nvidia-smi, rocm-smi); if not, restart the machine.':
    '请检查其自带工具（nvidia-smi、rocm-smi）是否可用；若不可用，请重启机器。',
  "The GPU driver's library cannot be used: {0}": '无法使用 GPU 驱动库：{0}',
  "The GPU driver's library cannot be used: unknown error": '无法使用 GPU 驱动库：未知错误',
  'Install the driver of the GPU with its libraries; in a container, pass the GPU through.':
    '请安装 GPU 驱动及其库；在容器中请直通 GPU。',
  // System, settings, keys.
  'The samples in {0} are not complete.': '{0} 中的样例不完整。',
  'Install Slipway again, or go the same way with a model and rows of your own.':
    '请重新安装 Slipway，或用自己的模型和数据走同样的流程。',
  'No port is open that a browser could reach.': '没有浏览器可以访问的开放端口。',
  'Turn the API on: slipway settings update --api-listener. Or start: slipway serve.':
    '请开启接口：slipway settings update --api-listener；或运行 slipway serve。',
  'There is no backup {0}.': '没有备份 {0}。',
  'slipway backup list shows them.': '可用 slipway backup list 查看。',
  'A key may live for 365 days at most.': '密钥有效期最长 365 天。',
  'Give --expires 365d or less.': '请将 --expires 设为不超过 365d。',
  'A key named "{0}" exists already.': '已有名为“{0}”的密钥。',
  'Choose another name, or revoke the old key first.': '请换一个名称，或先吊销旧密钥。',
  'There is no key {0}.': '没有密钥 {0}。',
  'There is no session {0}.': '没有会话 {0}。',
  'It has ended already.': '该会话已结束。',
  'slipway keys list shows them.': '可用 slipway keys list 查看。',
  'a number of hours or days, such as 12h or 30d': '须为小时数或天数，例如 12h 或 30d',
  // Files.
  'This folder belongs to Slipway itself and is not listed.': '该文件夹属于 Slipway 自身，不予列出。',
  'What Slipway keeps is shown by its own screens: models, datasets, runs.':
    'Slipway 保存的内容请在相应页面查看：模型、数据集、训练。',
  '{0} is not a folder.': '{0} 不是文件夹。',
  'Open the folder that holds it.': '请打开它所在的文件夹。',
  'A path has no NUL character.': '路径不能含空字符。',
  'Give the path as it is shown.': '请按显示的样子填写路径。',
  '{0} is not an absolute path.': '{0} 不是绝对路径。',
  'Begin with / or ~: a relative path has no meaning here.': '请以 / 或 ~ 开头：此处不能使用相对路径。',
  'Check the path; it may have been moved or unmounted.': '请检查路径，可能已被移动或卸载。',
  'A part of the path is a file, not a folder.': '路径中有一段是文件，不是文件夹。',
  'Give the account that runs Slipway the right to read it.': '请授予运行 Slipway 的账户读权限。',
  '{0} is a circle of symbolic links.': '{0} 的符号链接成环。',
  'Open the real folder.': '请打开真实的文件夹。',
  '{0} is longer than a path can be.': '路径过长：{0}。',
  'Give a shorter path.': '请使用较短的路径。',
  '{0} could not be read by the disk.': '磁盘无法读取 {0}。',
  'Check the disk or the network share.': '请检查磁盘或网络共享。',
  // The audit log.
  'Somebody with this account, or root, can rewrite records that are newer than the last head noted elsewhere. Note the head (audit verify) in another place.':
    '拥有该账户或 root 权限的人，可以改写比别处记录的链头更新的记录。请将链头（audit verify）记在其他地方。',
  'This cursor does not come from audit list.': '该游标不是由 audit list 给出的。',
  'Choose a new file name: an export never overwrites.': '请换一个文件名：导出从不覆盖。',
  'Give a path in a folder that exists and that you may write to.': '请给出位于现有且可写文件夹中的路径。',
}
