import type { Words } from '../translator.ts'

/** What the Python worker says: training, checking rows, conversion and serving with transformers. */
export const worker: Words = {
  // Starting, configuration, devices.
  'The configuration of {0} is not valid: {1}': '{0:zh}的配置无效：{1:zh}',
  'the check': '检查',
  'the merge': '合并',
  'the conversion': '转换',
  'the export': '导出',
  'the engine': '引擎',
  'the configuration': '配置',
  'The training configuration is not valid: {0}': '训练配置无效：{0:zh}',
  'Memory ran out: {0}': '内存不足：{0}',
  'Lower microBatchSize or maxSequenceLength, turn on gradientCheckpointing, or use lora or qlora.':
    '请减小 microBatchSize 或 maxSequenceLength，开启 gradientCheckpointing，或使用 lora、qlora。',
  'The disk is full.': '磁盘已满。',
  'Free some space; the last complete checkpoint is intact.': '请清理空间；最近的完整检查点未受影响。',
  '{0} must be {1}, got {2}': '{0} 必须是{1:word}，实际为 {2}',
  '{0} must be an object, not {1}': '{0:zh} 必须是对象，不能是 {1}',
  'unknown key {0}{1}; known are {2}': '未知的键 {0}{1}，可用的有 {2}',
  '{0} must be between {1} and {2}, got {3}': '{0} 必须在 {1} 与 {2} 之间，实际为 {3}',
  'a path': '路径',
  'a whole number': '整数',
  'a list': '列表',
  '{0} must be one of {1}, got {2}': '{0} 必须是 {1} 之一，实际为 {2}',
  '{0} must be a list, not {1}': '{0} 必须是列表，不能是 {1}',
  '{0}{1} is missing': '缺少 {0}{1}',
  'A GPU was asked for, but torch finds none.': '请求使用 GPU，但 torch 未检测到。',
  'Check the driver with `slipway doctor`, build the CUDA environment, or set device to cpu.':
    '请用 slipway doctor 检查驱动，构建 CUDA 环境，或将 device 设为 cpu。',
  'There is no GPU {0}: {1} are visible.': '没有 GPU {0}：可见 {1} 个。',
  'fp16 needs a GPU.': 'fp16 需要 GPU。',
  'Set precision to auto, bf16 or fp32.': '请将 precision 设为 auto、bf16 或 fp32。',
  'A worker may not use the network: {0} was refused. Nothing was sent.':
    '工作进程不能使用网络：已拒绝{0:zh}。未发送任何数据。',
  'trainFiles must name at least one file': 'trainFiles 至少须指定一个文件',
  'trainRates must hold one rate for each of trainFiles': 'trainRates 须为 trainFiles 中的每个文件给出一个采样率',
  'earlyStopping needs validationFiles or validationSplit to measure the validation loss on':
    'earlyStopping 需要 validationFiles 或 validationSplit 来计算验证损失',
  'packing is for pretrain and sft; {0} compares whole rows': 'packing 用于 pretrain 和 sft；{0} 比较整行',
  'loraTargetModules must be all-linear or name at least one module':
    'loraTargetModules 须为 all-linear，或至少指定一个模块',
  'chatTemplate must be {0} or Jinja text': 'chatTemplate 须为 {0:list} 或 Jinja 文本',
  'device must be auto, cpu, cuda or cuda:N, got {0}': 'device 须为 auto、cpu、cuda 或 cuda:N，实际为 {0}',
  'globalBatchSize {0} cannot be divided among {1} devices evenly': 'globalBatchSize {0} 不能平均分到 {1} 个设备',
  'globalBatchSize {0} is not a multiple of microBatchSize {1} times {2} device(s)':
    'globalBatchSize {0} 不是 microBatchSize {1} 与设备数 {2} 之积的倍数',
  'kto needs at least 2 rows per device and pass: choose an even globalBatchSize':
    'kto 每个设备每次至少需要 2 行：请选择偶数的 globalBatchSize',
  // Models.
  'There is no model folder {0}.': '没有模型文件夹 {0}。',
  'There is no file {0}.': '没有文件 {0}。',
  'The model cannot be loaded: {0}': '无法加载模型：{0}',
  'transformers cannot load this as a causal language model: {0}': 'transformers 无法将其作为因果语言模型加载：{0}',
  'Text generation models whose architecture transformers has can be converted.':
    '只能转换 transformers 支持其架构的文本生成模型。',
  'As a causal language model this lacks {0} tensors, such as {1}.': '作为因果语言模型缺少 {0} 个张量，例如 {1}。',
  'Text generation models can be converted; an encoder has no part that writes text.':
    '只能转换文本生成模型；编码器没有生成文本的部分。',
  'The tokenizer has neither a pad nor an end-of-text token.': '分词器既没有填充词元，也没有结束词元。',
  '{0} needs an NVIDIA GPU and bitsandbytes.': '{0} 需要 NVIDIA GPU 和 bitsandbytes。',
  "Choose lora, or build an environment for this machine's GPU.": '请选择 lora，或构建适合本机 GPU 的环境。',
  'Choose adamw_torch or adafactor.': '请选择 adamw_torch 或 adafactor。',
  // Phases and progress.
  'loading model': '加载模型',
  'reading rows': '读取数据',
  'saving result': '保存结果',
  'comparing with the original': '与原模型比较',
  // Rows and templates.
  'Nothing would be learned: none of the {0} rows can be used. The first: {1}':
    '学不到任何内容：{0} 行均不可用。第一行：{1:zh}',
  'Nothing would be learned: none of the {0} rows can be used. The first one: {1}':
    '学不到任何内容：{0} 行均不可用。第一行：{1:zh}',
  'there are no rows': '没有数据行',
  'The conversation is empty.': '对话为空。',
  'Message {0} has no role.': '第 {0} 条消息没有角色。',
  'Message {0} ({1}) has no content.': '第 {0} 条消息（{1}）没有内容。',
  'The tool calls of message {0} are not JSON: {1}': '第 {0} 条消息的工具调用不是 JSON：{1}',
  'The chat template does not show where the answer of message {0} lies.': '对话模板未标明第 {0} 条消息的回答位置。',
  'Train on all tokens (lossOn=all), or give a chatTemplate with {% generation %} blocks.':
    '请对全部词元计算损失（lossOn=all），或提供含 {% generation %} 块的 chatTemplate。',
  'The answer is empty.': '回答为空。',
  'The text is empty.': '文本为空。',
  'The label is neither true nor false.': 'label 既不是 true 也不是 false。',
  '{0} is not a list of messages.': '{0} 不是消息列表。',
  'The model has no chat template, so conversations cannot be turned into its input.':
    '模型没有对话模板，无法将对话转成输入。',
  'Set chatTemplate (it is saved with the result), or train on plain text with pretrain.':
    '请设置 chatTemplate（会随结果保存），或用 pretrain 以纯文本训练。',
  '{0} has no column {1}, which {2} needs; it has {3}.': '{0} 没有 {2} 所需的列 {1}，现有：{3:list}。',
  '{0} is not a readable Parquet file: {1}': '{0} 不是可读取的 Parquet 文件：{1}',
  'Every label is masked: no token{0} teaches anything.': '标签全部被屏蔽：{0:zh}没有可学的词元。',
  ' within the first {0} tokens': '前 {0} 个词元内',
  "The model's chat template is not text but {0}.": '模型的对话模板不是文本，而是 {0}。',
  'The chat template has {0} characters.': '对话模板有 {0} 个字符。',
  'The rendered chat has {0} characters.': '渲染后的对话有 {0} 个字符。',
  'The chat template ran for more than {0} s.': '对话模板运行超过 {0} 秒。',
  'The chat template refused this conversation: {0}': '对话模板拒绝了该对话：{0}',
  'The chat template takes too much: {0}.': '对话模板占用资源过多：{0}。',
  // Training.
  'The loss is not a number at step {0}: training has diverged.': '第 {0} 步损失不是有效数值：训练已发散。',
  'The weights are not numbers any more at step {0}: training has diverged.':
    '第 {0} 步权重已不是有效数值：训练已发散。',
  'The loss is not a number at step {0}.': '第 {0} 步损失不是有效数值。',
  'Lower learningRate, raise warmupRatio, or check the data with `slipway datasets check`.':
    '请降低 learningRate，调大 warmupRatio，或用 slipway datasets check 检查数据。',
  '{0} rows are too few to hold some back': '{0} 行过少，无法留出验证数据',
  'No validation loss is measured, and early stopping cannot act: {0}.': '不计算验证损失，早停不起作用：{0:zh}。',
  'none of the rows that were held back can be used': '留出的行均不可用',
  'Resuming in spite of changes in {0}.': '以下项已改变，仍继续训练：{0:list}。',
  '{0} {1} rows are left out; the first, row {2}: {3}': '跳过 {0} 行{1:word}数据；第一行为第 {2} 行：{3:zh}',
  'There is no checkpoint {0}.': '没有检查点 {0}。',
  '{0} is incomplete: the run ended while it was being written.': '{0} 不完整：训练在写入时结束。',
  'Resume from an earlier checkpoint.': '请从更早的检查点继续。',
  'The run differs from its checkpoint in {0}: the curve would not continue.':
    '训练与检查点的以下项不一致：{0:list}，曲线将不连续。',
  'Leave these as they were, or go on from the weights all the same with --accept-drift.':
    '请保持原样，或用 --accept-drift 仍从这些权重继续。',
  // Conversion.
  'Choose a new folder.': '请换一个文件夹。',
  'Choose a new file.': '请换一个文件。',
  'The embedding model pools in a way that is not known here: {0}.': '该向量模型的池化方式不支持：{0}。',
  "The embedding model's dense layer has an activation {0}.": '该向量模型的 dense 层使用激活函数 {0}。',
  'The embedding model has a module {0}, which is not known here.': '该向量模型含不支持的模块 {0}。',
  "The weights that llama.cpp's converter found are pickled: loading them could run code.":
    'llama.cpp 转换器找到的权重是 pickle 格式：加载可能会执行代码。',
  'Name the safetensors files model.safetensors, or model-00001-of-0000N.safetensors with their index.':
    '请将 safetensors 文件命名为 model.safetensors，或 model-00001-of-0000N.safetensors 并附索引。',
  "llama.cpp's converter cannot convert this model ({0}): {1}": 'llama.cpp 转换器无法转换该模型（{0:zh}）：{1}',
  'of an unnamed architecture': '未注明架构',
  'Serve the safetensors model itself.': '请直接部署 safetensors 模型。',
  'llama.cpp does not know how this tokenizer splits text (its BPE pre-tokenizer).':
    'llama.cpp 不支持该分词器的切分方式（BPE 预分词器）。',
  'Tune from a base model whose tokenizer llama.cpp knows, or serve the safetensors model itself.':
    '请从 llama.cpp 支持其分词器的基座微调，或直接部署 safetensors 模型。',
  '{0} cannot be exported to ONNX: {1}': '{0} 无法导出为 ONNX：{1:zh}',
  'The exported model does not compute what the original does: logits differ by {0}.':
    '导出的模型与原模型计算结果不同：logits 相差 {0}。',
  "torch's exporter gave nothing back.": 'torch 导出器没有返回结果。',
  "torch's exporter cannot trace it ({0}).": 'torch 导出器无法追踪它（{0}）。',
  'Only models whose layers all keep keys and values (plain attention) can be exported.':
    '只能导出各层均保存键值的模型（普通注意力）。',
  'Convert it to GGUF instead, or serve the safetensors model itself.':
    '请改为转换成 GGUF，或直接部署 safetensors 模型。',
  // Serving.
  '{0} requests are under way.': '有 {0} 个请求正在处理。',
  "The model's output is not a number: its weights are broken.": '模型输出不是有效数值：权重已损坏。',
  'This is not an HTTP/1.1 request.': '不是 HTTP/1.1 请求。',
  'Send the body with a Content-Length.': '请求体须带 Content-Length。',
  'The body is larger than {0} bytes.': '请求体超过 {0} 字节。',
  'The body must be a JSON object.': '请求体必须是 JSON 对象。',
  "The request's head is too long.": '请求头过长。',
  'The body is not JSON: {0}': '请求体不是 JSON：{0}',
  'This model makes embeddings: it does not generate text.': '该模型只生成向量，不能生成文本。',
  'The transformers engine cannot hold an answer to a schema or grammar.':
    'transformers 引擎不支持按 schema 或语法约束回答。',
  'Convert the model to GGUF (slipway models convert --to gguf): the llama.cpp engine can.':
    '请将模型转换为 GGUF（slipway models convert --to gguf）：llama.cpp 引擎支持。',
  'The prompt has {0} tokens, and the model reads at most {1}.': '提示有 {0} 个词元，模型最多读取 {1} 个。',
  'This model generates text.': '该模型用于生成文本。',
  'Deploy an embedding model for embeddings.': '如需向量，请部署向量模型。',
  'inputs must hold 1 to {0} texts.': 'inputs 须含 1 至 {0} 条文本。',
  'Input {0} has {1} tokens; 1 to {2} are possible.': '输入 {0} 有 {1} 个词元，允许 1 至 {2} 个。',
  'Give text or messages.': '请给出 text 或 messages。',
  'logitBias must be an object of token ids and numbers.': 'logitBias 必须是词元编号到数值的对象。',
  'logitBias must map token ids to numbers, not {0}: {1}.': 'logitBias 须将词元编号映射为数值，不能是 {0}: {1}。',
  'Give exactly one of tokens, prompt and messages.': 'tokens、prompt、messages 须且只能给出一个。',
  'The prompt is empty.': '提示为空。',
  'The model has no chat template, so it cannot take part in a chat.': '模型没有对话模板，不能用于对话。',
  'Use /v1/completions, or deploy it with a chat template.': '请使用 /v1/completions，或指定对话模板部署。',
  'messages must hold at least one message, each an object.': 'messages 至少须含一条消息，每条为对象。',
  '{0} is no token: the vocabulary has {1}.': '{0} 不是词元编号：词表共 {1} 个。',
}
