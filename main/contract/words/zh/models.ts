import type { Words } from '../translator.ts'

/** The library of models: import, verification, removal, export, and conversion with llama.cpp. */
export const models: Words = {
  'There is no model {0}.': '没有模型 {0}。',
  'slipway models list shows them; a version is NAME@2, an alias NAME@best.':
    '可用 slipway models list 查看；版本写作 NAME@2，别名写作 NAME@best。',
  '{0} has no alias {1}.': '{0} 没有别名 {1}。',
  'Name the version that has it: slipway models update {0}@{1} --remove-alias {2}.':
    '请指定带有该别名的版本：slipway models update {0}@{1} --remove-alias {2}。',
  '{0} V{1} is still being verified.': '{0} V{1} 仍在校验。',
  '{0} V{1} is {2}: {3}': '{0} V{1} {2:word}：{3:zh}',
  'its files are not as recorded': '文件与记录不符',
  'slipway models verify {0} checks again.': '可用 slipway models verify {0} 重新校验。',
  '{0} is an archive: what is in it is not looked at.': '{0} 是压缩包：不会查看其内容。',
  'Unpack it with a tool that you trust, and name the folder. Slipway never loads pickles.':
    '请用可信的工具解压，再指定文件夹。Slipway 从不加载 pickle。',
  '{0} holds pickled weights: loading them runs code.': '{0} 含 pickle 权重：加载会执行代码。',
  'Get the model as safetensors or GGUF. Slipway never loads pickles.':
    '请改用 safetensors 或 GGUF 格式的模型。Slipway 从不加载 pickle。',
  'This is registered already as {0} V{1}.': '已登记为 {0} V{1}。',
  'slipway models verify {0} checks it again.': '可用 slipway models verify {0} 重新校验。',
  'A model named "{0}" exists already.': '已有名为“{0}”的模型。',
  '{0} is in use: {1}.': '{0} 正在使用中：{1:zh}。',
  'Stop what uses it first.': '请先停止使用它的对象。',
  'Give the real folder.': '请指定真实的文件夹。',
  '{0} may not be read.': '没有读取 {0} 的权限。',
  'Give yourself read permission.': '请为自己授予读权限。',
  'Check the path; relative paths count from where you are.': '请检查路径；相对路径以当前目录为准。',
  'There is no model version {0}.': '没有模型版本 {0}。',
  'Name a folder that does not exist yet.': '请指定一个尚不存在的文件夹。',
  'the check was stopped': '校验已停止',
  'the check was lost': '校验任务已丢失',
  'verify {0}': '校验 {0}',
  'copy {0}': '复制 {0}',
  'export {0}': '导出 {0}',
  'checking and hashing': '检查并计算哈希',
  'This machine has no device {0}.': '本机没有设备 {0}。',
  '{0} is an adapter: it is served with its base model.': '{0} 是适配器：须与其基座模型一起部署。',
  'The headers of {0} contradict themselves.': '{0} 的文件头自相矛盾。',
  'Nothing here serves the format {0}.': '没有引擎支持 {0} 格式。',
  '{0} is not what it was: its SHA-256 has changed.': '{0} 与登记时不同：SHA-256 已改变。',
  'Restore the file from its source, or import the folder again as a new version.':
    '请从来源恢复该文件，或将该文件夹作为新版本重新导入。',
  // Conversion.
  'convert {0} to {1}': '转换 {0} 为 {1}',
  'conversion to {0}': '转换为 {0}',
  'an architecture that config.json does not name': '未在 config.json 中注明的架构',
  "llama.cpp's converter does not know {0}.": 'llama.cpp 的转换器不支持 {0:zh}。',
  'It knows {0} architectures, such as {1}. The safetensors model itself can be served, or converted with --to onnx.':
    '它支持 {0} 种架构，例如 {1:list}。safetensors 模型本身可以部署，也可用 --to onnx 转换。',
  'Convert the original safetensors model instead.': '请改为转换原始的 safetensors 模型。',
  '--quantize is about GGUF; {0} keeps the numbers as they are.': '--quantize 仅用于 GGUF；{0} 保持原有精度。',
  'Leave it out, or convert --to gguf.': '请去掉该参数，或用 --to gguf 转换。',
  'Get it as safetensors.': '请改用 safetensors 格式。',
  '{0} is an ONNX model: its weights cannot be taken back out.': '{0} 是 ONNX 模型：权重无法再导出。',
  '{0} is GGUF, which cannot be turned into {1}.': '{0} 是 GGUF，无法转换为 {1:word}。',
  '{0} is a GGUF model already.': '{0} 已是 GGUF 模型。',
  'To store its weights otherwise: --quantize Q4_K_M.': '如需更改权重精度：--quantize Q4_K_M。',
  '{0} is quantised already ({1}): quantising it again would lose twice.':
    '{0} 已经量化（{1}）：再次量化会叠加精度损失。',
  '{0} is {1} already.': '{0} 已是 {1}。',
  'Choose another type for --quantize.': '请为 --quantize 选择其他类型。',
  '{0} is no adapter: there is nothing to merge.': '{0} 不是适配器：没有可合并的内容。',
  'Name an adapter; its base is found by its lineage.': '请指定适配器，其基座由血缘关系确定。',
  '{0} is quantised ({1}): ONNX is exported from full weights.': '{0} 已量化（{1}）：ONNX 须由全精度权重导出。',
  'Convert the full-precision model.': '请转换全精度模型。',
  '{0} is an adapter in GGUF: only PEFT adapters can be merged.': '{0} 是 GGUF 适配器：只能合并 PEFT 适配器。',
  'Name the PEFT adapter that it was made from.': '请指定生成它的 PEFT 适配器。',
  ' (it names {0})': '（其中注明为 {0}）',
  'The base model of {0} is not known here{1}.': '不知道 {0} 的基座模型{1:zh}。',
  'Name it with --base; slipway models list shows the models.': '请用 --base 指定；可用 slipway models list 查看模型。',
  '{0} is {1}: an adapter is merged into safetensors.': '{0} 是 {1:word}：适配器须合并到 safetensors。',
  'Name the safetensors base with --base.': '请用 --base 指定 safetensors 基座。',
  '{0} is quantised ({1}): merging into it would lose what the adapter learned.':
    '{0} 已量化（{1}）：合并会丢失适配器学到的内容。',
  'Name the full-precision base with --base.': '请用 --base 指定全精度基座。',
  '{0} is not an adapter: it has no base.': '{0} 不是适配器，没有基座。',
  'Leave --base out.': '请去掉 --base。',
  'This conversion needs about {0}; {1} are free where models are kept.': '转换约需 {0}，模型所在磁盘剩余 {1}。',
  'Free some space, or keep the data on a larger disk: SLIPWAY_DATA_DIR.':
    '请清理空间，或将数据放到更大的磁盘：SLIPWAY_DATA_DIR。',
  '{0} has weights, but no config.json beside them.': '{0} 有权重，但旁边没有 config.json。',
  'Import the whole folder of the model, with config.json and its tokenizer.':
    '请导入模型的整个文件夹，包含 config.json 和分词器。',
  'The adapter {0} (version {1}), merged into {2} (version {3}) and exported to ONNX in float32.':
    '适配器 {0}（版本 {1}），合并到 {2}（版本 {3}）后以 float32 导出为 ONNX。',
  'The adapter {0} (version {1}), merged into {2} (version {3}).': '适配器 {0}（版本 {1}），合并到 {2}（版本 {3}）。',
  '{0} (version {1}), exported to ONNX in float32.': '{0}（版本 {1}），以 float32 导出为 ONNX。',
  '{0} cannot be started.': '无法启动 {0}。',
  'It may have been moved or removed since: slipway doctor checks the environments.':
    '可能已被移动或删除：可用 slipway doctor 检查环境。',
  'A step failed.': '有一步失败。',
  'A step of the conversion was killed, most likely because memory ran out.': '转换的某一步被终止，多半是内存不足。',
  'Close other programs, or convert on a machine with more memory.': '请关闭其他程序，或在内存更大的机器上转换。',
  'A step of the conversion ended with {0}.': '转换的某一步异常结束：{0:zh}。',
  'exit code {0}': '退出码 {0}',
  'The log of this job has its last words.': '该任务的日志中有其最后的输出。',
  'The step {0} was given no Python.': '步骤 {0} 没有可用的 Python。',
  'The step {0} ended without saying that it is done.': '步骤 {0} 未报告完成即结束。',
  'comparing tokens with the original': '与原模型比较词元',
  'The new file could not be read with llama.cpp.': 'llama.cpp 无法读取新文件。',
  'llama.cpp would read text otherwise than this model does: {0} of {1} texts get other tokens.':
    'llama.cpp 的分词与该模型不同：{1} 段文本中有 {0} 段的词元不一致。',
  'Its tokenizer is one that llama.cpp has no equal of. The safetensors model itself can be served.':
    'llama.cpp 没有与之等价的分词器。safetensors 模型本身可以部署。',
  'llama.cpp reads this with other tokens than the original: {0}': 'llama.cpp 对以下内容的词元与原模型不同：{0}',
  'quantising to {0}': '量化为 {0}',
  'llama.cpp cannot quantise this model to {0}: {1}': 'llama.cpp 无法将该模型量化为 {0}：{1}',
  'Try another type, or convert without --quantize.': '请换用其他类型，或不使用 --quantize。',
  '{0} tensors have rows that {1} does not divide; they are stored in a larger type instead.':
    '{0} 个张量的行长不能被 {1} 整除，改用更大的类型存储。',
  'The disk is full; nothing was changed.': '磁盘已满，未做任何更改。',
  'Free some space, then convert again.': '请清理空间后重新转换。',
  'not a type that can be written here: {0} can. IQ1, IQ2 and IQ3 would need an importance matrix; Q3_K_S and Q2_K are the nearest that do not.':
    '不能写出该类型，可用的有：{0:list}。IQ1、IQ2、IQ3 需要重要性矩阵，不需要的最接近类型为 Q3_K_S 和 Q2_K。',
  // The llama.cpp that comes with Slipway.
  "git is needed once, to unpack llama.cpp's converter.": '需要 git 来解包 llama.cpp 的转换器（仅一次）。',
  'Install git, then convert again.': '请安装 git 后重新转换。',
  'Free about 60 MB there.': '请在该处清理约 60 MB 空间。',
  "llama.cpp's converter cannot be unpacked.": '无法解包 llama.cpp 的转换器。',
  'Install Slipway again (in a checkout: npm ci). git said: {0}':
    '请重新安装 Slipway（源码目录：npm ci）。git 报告：{0}',
  "llama.cpp's converter lists no architectures.": 'llama.cpp 的转换器未列出任何架构。',
  'The llama.cpp library here is {0}, whose quantiser is not known yet.':
    '此处的 llama.cpp 库为 {0}，其量化接口尚不支持。',
  'Convert without --quantize, or to F32, F16 or BF16. Installing Slipway again (in a checkout: npm ci) brings the release that is known.':
    '请不使用 --quantize，或转换为 F32、F16、BF16。重新安装 Slipway（源码目录：npm ci）可恢复受支持的版本。',
  'The llama.cpp release of node-llama-cpp cannot be read.': '无法读取 node-llama-cpp 的 llama.cpp 版本。',
  'Install Slipway again (in a checkout: npm ci).': '请重新安装 Slipway（源码目录：npm ci）。',
  'There is no llama.cpp library for {0}-{1} here.': '没有适用于 {0}-{1} 的 llama.cpp 库。',
  'Install Slipway again (in a checkout: npm ci). Optional packages must not be left out.':
    '请重新安装 Slipway（源码目录：npm ci），不要跳过可选依赖。',
  '{0} V{1} is still being copied or verified.': '{0} V{1} 仍在复制或校验。',
}
