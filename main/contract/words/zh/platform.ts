import type { Words } from '../translator.ts'

/** What holds everywhere: storage, the database, the disk, HTTP, threads, removal, the start of the backend. */
export const platform: Words = {
  'Something inside Slipway failed.': 'Slipway 内部出错。',
  'The backend log has the details: `slipway status` names the file.':
    '详情见后端日志，可用 slipway status 查看其位置。',
  'Slipway is stopping.': 'Slipway 正在停止。',
  '{0}: {1}': '{0:zh}：{1:word}',
  '{0}.': '{0:zh}。',
  // Files and blobs.
  'This is not a SHA-256 digest.': '不是 SHA-256 摘要。',
  'The file does not have the expected SHA-256.': '文件的 SHA-256 与预期不符。',
  'It was changed or damaged on the way: fetch it again.': '传输中被修改或损坏，请重新获取。',
  'Stored bytes were damaged: they no longer hash to {0}.': '存储的数据已损坏：哈希不再是 {0}。',
  'They were moved to the quarantine folder. Import the file again from its source.':
    '已移到隔离目录。请从来源重新导入该文件。',
  '{0} is not a regular file.': '{0:zh} 不是普通文件。',
  'The file': '文件',
  'Free some space, then try again.': '请清理空间后重试。',
  '{0} cannot be accessed.': '无法访问 {0:zh}。',
  'Check its permissions and whether the disk is read-only.': '请检查其权限以及磁盘是否只读。',
  '{0} is not there.': '{0:zh} 不存在。',
  'It may have been moved or deleted.': '可能已被移动或删除。',
  '{0} is not what it should be: a file where a folder belongs, or the reverse.':
    '{0:zh} 类型不符：应为文件夹的是文件，或相反。',
  '{0} is a loop of symbolic links.': '{0:zh} 的符号链接成环。',
  'Give the real file.': '请指定真实的文件。',
  '{0} exists already.': '{0} 已存在。',
  '{0} cannot be written.': '无法写入 {0}。',
  'Choose a new file name.': '请换一个文件名。',
  'name another data directory with --data-dir': '用 --data-dir 指定其他数据目录',
  'name another file': '指定其他文件',
  'name another cache folder with XDG_CACHE_HOME': '用 XDG_CACHE_HOME 指定其他缓存目录',
  'Give yourself write permission there, or {0}.': '请为自己授予该处的写权限，或{0:zh}。',
  'There is no room on the disk for {0}.': '磁盘没有空间存放 {0}。',
  'Free some space there, or {0}.': '请清理该处的空间，或{0:zh}。',
  '{0} cannot be a folder: a file is in the way.': '{0} 无法作为文件夹：已有同名文件。',
  'Move the file away, or {0}.': '请移走该文件，或{0:zh}。',
  // The database and its backups.
  'A backup never overwrites: choose another name.': '备份从不覆盖：请换一个名称。',
  'The copy did not pass its check: {0}.': '副本未通过检查：{0:zh}。',
  'The database itself may be damaged: slipway doctor.': '数据库本身可能已损坏：slipway doctor。',
  'Name a file in a folder that you may write to.': '请指定位于可写文件夹中的文件。',
  'it cannot be opened: {0}': '无法打开：{0}',
  'it cannot be opened: unknown error': '无法打开：未知错误',
  'a row of {0} points to nothing': '表 {0} 中有一行指向不存在的内容',
  'the audit chain is broken at record {0}': '审计链在第 {0} 条记录处断裂',
  'it is not a database of Slipway: it has no schema steps or no audit log':
    '不是 Slipway 的数据库：没有模式记录或审计日志',
  'A page begins at a cursor or at an offset, not at both.': '分页只能用游标或偏移之一，不能同时使用。',
  'This cursor does not belong to this list and order.': '该游标不属于当前列表与排序。',
  'Begin again without a cursor; a cursor goes on only under the sort that it came from.':
    '请去掉游标重新开始；游标只能在原排序下使用。',
  'The database was written by a newer Slipway: it has the schema steps {0}, which this build does not know.':
    '数据库由更新的 Slipway 写入：含当前版本不支持的模式步骤 {0:list}。',
  'Start the newer Slipway, or restore a backup from before the upgrade: slipway backup restore.':
    '请启动更新的 Slipway，或恢复升级前的备份：slipway backup restore。',
  '{0} is not yours alone: another user of this machine could answer there.':
    '{0} 并非你独有：本机其他用户可能在此应答。',
  'Remove that folder if you can, or name a data directory with a shorter path: --data-dir DIR.':
    '请删除该文件夹（若可以），或用 --data-dir DIR 指定路径更短的数据目录。',
  'SQLite is not set up to be power-safe (synchronous={0}, journal_mode={1}).':
    'SQLite 未设置为断电安全（synchronous={0}，journal_mode={1}）。',
  'The data directory may be on a file system without WAL support: move it to a local disk with --data-dir.':
    '数据目录可能位于不支持 WAL 的文件系统：请用 --data-dir 移到本地磁盘。',
  'Another Slipway backend uses {0}.': '另一个 Slipway 后端正在使用 {0}。',
  'Use that one (slipway status), stop it, or give another directory with --data-dir.':
    '请使用该后端（slipway status）、将其停止，或用 --data-dir 指定其他目录。',
  '{0} is damaged or is not a Slipway database.': '{0} 已损坏，或不是 Slipway 数据库。',
  'Nothing was changed. Restore the newest good copy with: slipway backup restore.':
    '未做任何更改。请恢复最新的完好副本：slipway backup restore。',
  'Give yourself write permission on the data directory, or name another one with --data-dir.':
    '请为自己授予数据目录的写权限，或用 --data-dir 指定其他目录。',
  'The disk that holds the data directory is full; the change was not made.': '数据目录所在磁盘已满，更改未生效。',
  'Free some space, then try again: nothing was lost.': '请清理空间后重试，没有丢失任何内容。',
  'The data directory has become read-only; the change was not made.': '数据目录已变为只读，更改未生效。',
  'Make it writable, then try again.': '请改为可写后重试。',
  'The database file is damaged; the change was not made.': '数据库文件已损坏，更改未生效。',
  'Stop Slipway, keep the file, and run: slipway backup restore.':
    '请停止 Slipway，保留该文件，并运行：slipway backup restore。',
  '{0} is not a good backup: {1}.': '{0} 不是完好的备份：{1:zh}。',
  'Choose another one: slipway backup list.': '请另选一个：slipway backup list。',
  'The backend is running on this data directory.': '后端正在使用该数据目录。',
  'Stop it first: slipway stop.': '请先停止：slipway stop。',
  // Removal.
  'There is no removed {0} with the id {1}.': '没有编号为 {1} 的已删除{0:word}。',
  'A removal can be taken back for {0} days, by the id of the {1}; later it is gone for good.':
    '删除后 {0} 天内可凭{1:word}的编号撤销，之后将彻底删除。',
  'The {0} {1} is not removed.': '{0:word} {1} 没有被删除。',
  'There is nothing to take back.': '没有可撤销的删除。',
  // HTTP and the API.
  'Port {0} is used by another program.': '端口 {0} 已被其他程序占用。',
  'Choose another port, or stop the program that has it.': '请换一个端口，或停止占用它的程序。',
  'This address does not belong to this Slipway.': '该地址不属于当前 Slipway。',
  'Use the address that `slipway serve` prints.': '请使用 slipway serve 输出的地址。',
  'A page from another origin may not talk to Slipway.': '其他来源的页面不能访问 Slipway。',
  'Open the workstation from its own address, or use an API key from a program that is not a web page.':
    '请从其自身地址打开工作站，或在非网页程序中使用 API 密钥。',
  'A cross-site request may not talk to Slipway.': '跨站请求不能访问 Slipway。',
  'Follow links inside the workstation instead.': '请使用工作站内的链接。',
  'Too many requests.': '请求过多。',
  'Wait a second; the limit is {0} a second.': '请稍候；上限为每秒 {0} 个。',
  'More than {0} requests at once.': '并发请求超过 {0} 个。',
  'Close some event streams or wait for answers.': '请关闭部分事件流，或等待响应。',
  'The request body is larger than {0} bytes.': '请求体超过 {0} 字节。',
  'Send large files through /files, or import them from a path.': '大文件请通过 /files 发送，或从路径导入。',
  'The JSON is nested deeper than {0} levels.': 'JSON 嵌套超过 {0} 层。',
  'The API key is unknown, revoked or expired.': 'API 密钥未知、已吊销或已过期。',
  'Make one with: slipway keys create NAME --scope read.': '请新建：slipway keys create NAME --scope read。',
  'A browser request must carry the header X-Slipway-Request: 1.': '浏览器请求须带请求头 X-Slipway-Request: 1。',
  'Pages of the workstation send it; programs use an API key instead.': '工作站页面会自动携带；程序请使用 API 密钥。',
  'Request bodies are JSON.': '请求体须为 JSON。',
  'Send Content-Type: application/json.': '请发送 Content-Type: application/json。',
  'There is nothing at this address.': '该地址没有内容。',
  'See /api/v1/docs.': '见 /api/v1/docs。',
  'This needs an API key or a session.': '需要 API 密钥或会话。',
  'Send Authorization: Bearer KEY (slipway keys create), or open the link that slipway serve prints.':
    '请发送 Authorization: Bearer KEY（slipway keys create），或打开 slipway serve 输出的链接。',
  'This launch link was used already or is too old.': '该启动链接已使用过或已过期。',
  'Ask for a new one: slipway serve prints it.': '请获取新的链接：slipway serve 会输出。',
  'Only the desktop window records what it refused.': '只有桌面窗口可以记录它拒绝的调用。',
  'This needs the scope "{0}".': '需要“{0}”权限。',
  'Use a key that has it: slipway keys create NAME --scope {0}.':
    '请使用具有该权限的密钥：slipway keys create NAME --scope {0}。',
  'There is no such method.': '没有该方法。',
  'The request is not well-formed.': '请求格式有误。',
  'The method’s input is described at /api/v1/docs and by --help.': '该方法的输入说明见 /api/v1/docs 和 --help。',
  'This method is called with another HTTP verb.': '该方法应使用其他 HTTP 动词。',
  'This process may not use the network: {0} was refused.': '该进程不能使用网络：已拒绝{0:zh}。',
  'It reaches only this machine, by design or because SLIPWAY_OFFLINE=hard is set; nothing was sent.':
    '按设计或因设置了 SLIPWAY_OFFLINE=hard，它只能访问本机；未发送任何数据。',
  'a question for {0}': '对 {0} 的解析',
  'a connection to {0}': '到 {0} 的连接',
  'a datagram to {0}': '到 {0} 的数据报',
  // The start of the backend and of the window.
  'The flags cannot be read.': '无法读取参数。',
  '{0} takes a whole number from 0 to {1}, not "{2}".': '{0} 须为 0 至 {1} 的整数，不能是“{2}”。',
  "Slipway listens on this machine's loopback address only, not on {0}.": 'Slipway 只监听本机回环地址，不监听 {0}。',
  'From another machine, forward the port: ssh -L 7878:127.0.0.1:7878 THIS_MACHINE.':
    '从其他机器访问请转发端口：ssh -L 7878:127.0.0.1:7878 THIS_MACHINE。',
  'Another Slipway backend already serves this data directory.': '另一个 Slipway 后端已在使用该数据目录。',
  'Use that one: slipway status.': '请使用该后端：slipway status。',
  'The address is already in use by another program.': '该地址已被其他程序占用。',
  'Choose another port: --port N (0 picks a free one).': '请换一个端口：--port N（0 表示自动选择）。',
  'The system does not let Slipway listen there.': '系统不允许 Slipway 在该处监听。',
  'Use a port above 1023 and an address of this machine.': '请使用 1023 以上的端口和本机地址。',
  'The process at the other end of the socket does not answer.': '套接字另一端的进程没有响应。',
  'It may have just stopped: slipway status.': '可能刚刚停止：slipway status。',
  'The disk of {0} is full; the backend cannot start.': '{0} 所在磁盘已满，后端无法启动。',
  'The backend ended before it was ready.': '后端在就绪前退出。',
  'slipway serve shows what happens.': '可运行 slipway serve 查看原因。',
  'The backend could not be started.': '无法启动后端。',
  'The backend did not answer within {0} seconds.': '后端在 {0} 秒内没有响应。',
  'Another program may keep the machine busy. Try again.': '可能有其他程序占用机器，请重试。',
  'The backend ended unexpectedly.': '后端意外退出。',
  'It is started again.': '正在重新启动。',
  'The backend ended before it had answered.': '后端在响应前退出。',
  'It is started again; repeat what was asked.': '正在重新启动，请重试刚才的操作。',
  // Names and identifiers.
  'an id like {0}_… ': '须为 {0}_… 形式的编号',
  'control characters are not allowed in names': '名称不能含控制字符',
  'lower-case letters, digits, dot, dash and underscore, beginning with a letter':
    '须以字母开头，只含小写字母、数字、点、短横线和下划线',
  // Paths and disks.
  'the path is empty: name a file or a folder': '路径为空：请指定文件或文件夹',
  'a path has no zero byte': '路径中不能有零字节',
  '{0} is a whole disk, not a {1}.': '{0} 是整个磁盘，不是{1:word}。',
  'Give the file or the folder that holds the {0}.': '请指定{0:word}所在的文件或文件夹。',
  'name another folder': '指定其他文件夹',
  '{0} cannot be made: its file system takes no new folders.': '无法创建 {0}：其文件系统不接受新文件夹。',
  '{0}: one on a disk.': '{0:zh}，须位于磁盘上。',
  'The disk reported an error at {0}.': '磁盘在 {0} 处报告错误。',
  'The disk reported an error at {0}; nothing was changed.': '磁盘在 {0} 处报告错误；没有作任何更改。',
  'The disk reported an error: {0} could not be read or written.': '磁盘报告错误：无法读写 {0}。',
  "The disk reported an error at the job's folder {0}.": '磁盘在任务文件夹 {0} 处报告错误。',
  'The disk that holds the data directory reported an error; the change was not made.':
    '数据目录所在的磁盘报告错误；更改没有生效。',
  'Try again: what was acknowledged before is kept. If it happens again, the disk or its cable may be failing (dmesg tells): copy the data directory to another disk.':
    '请重试：此前已确认的内容都已保留。若再次发生，磁盘或连线可能有故障（可用 dmesg 查看）：请将数据目录复制到其他磁盘。',
  'The check of the database file ended without an answer.': '数据库文件的检查没有给出结果就结束了。',
  // What is being stored while unneeded bytes are looked for.
  '{0} is being stored: which bytes it needs is not known yet.': '正在保存{0:zh}：尚不知道它需要哪些数据。',
  'Wait until it has ended (slipway jobs list); what nothing needs is deleted then by itself.':
    '请等待其结束（slipway jobs list）；之后会自动删除无用的数据。',
  'The stored files are being checked already.': '已在检查已存储的文件。',
  'Wait until that has ended, or stop it: slipway jobs list.': '请等待其结束，或将其停止：slipway jobs list。',
  'check of all stored files': '检查所有已存储的文件',
  '{0} of {1} files': '第 {0} / {1} 个文件',
  '{0} of {1} stored files are not as they were stored.': '{1} 个已存储的文件中有 {0} 个与存储时不符。',
  'slipway storage report names them. Import what is damaged or missing again from its source.':
    '可用 slipway storage report 查看。请从来源重新导入损坏或缺失的内容。',
  'the dataset {0}': '数据集 {0}',
  'a copy of the model {0}': '模型 {0} 的副本',
  'a repair of {0}': '{0} 的修复结果',
  'the split of {0}': '{0} 的划分结果',
  // Signing in.
  'Too many wrong keys were tried.': '错误密钥的尝试次数过多。',
  'Wait a minute, or open a launch link: slipway serve prints one.':
    '请等待一分钟，或打开启动链接（由 slipway serve 输出）。',
  'Look for a part that is missing, or ask for a new key: slipway keys create NAME --scope read.':
    '请检查密钥是否完整，或申请新密钥：slipway keys create NAME --scope read。',
  'The key "{0}" may only ask models: the screens need one that may read.':
    '密钥“{0}”只能调用模型：界面需要有读取权限的密钥。',
  'Use this key in programs, and sign in with another: slipway keys create NAME --scope read.':
    '此密钥请用于程序，并用其他密钥登录：slipway keys create NAME --scope read。',
  'Only a browser has a session.': '只有浏览器才有会话。',
  'Programs send the key with each request.': '程序应在每个请求中发送密钥。',
  'The session or the key is no longer valid.': '会话或密钥已失效。',
}
