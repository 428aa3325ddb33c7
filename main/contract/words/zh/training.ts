import type { Words } from '../translator.ts'

/** Training runs and their parameters; memory plans of training and serving, term by term. */
export const training: Words = {
  'There is no run {0}.': '没有训练 {0}。',
  'slipway training list shows them.': '可用 slipway training list 查看。',
  'run {0}': '训练 {0}',
  '{0} is not an adapter.': '{0} 不是适配器。',
  'To train a full model further, give it with --model.': '如需继续训练完整模型，请用 --model 指定。',
  'A run named "{0}" exists already.': '已有名为“{0}”的训练。',
  'Choose another --name.': '请换一个 --name。',
  '{0} is {1}.': '{0} {1:word}。',
  'Stop it first, or wait for its end.': '请先停止，或等待其结束。',
  '{0} is not running: it is {1}.': '{0} 未在运行：{1:word}。',
  'slipway training list --state running shows what runs.':
    '可用 slipway training list --state running 查看运行中的训练。',
  'Stop it first, with --save.': '请先用 --save 停止。',
  '{0} is done: nothing is left of it to go on with.': '{0} 已完成，没有可继续的内容。',
  'To train it further, set more: --set epochs=N --accept-drift.':
    '如需继续训练，请增大轮数：--set epochs=N --accept-drift。',
  '{0} has no checkpoint to go on from.': '{0} 没有可继续的检查点。',
  '{0} has no checkpoint at step {1}.': '{0} 在第 {1} 步没有检查点。',
  'Start it again; save checkpoints more often with --set saveSteps=N.':
    '请重新开始；可用 --set saveSteps=N 更频繁地保存检查点。',
  'The environment "{0}" holds other packages than when {1} began: the curve might not continue.':
    '环境“{0}”中的软件包与 {1} 开始时不同，曲线可能不连续。',
  'Go on all the same with --accept-drift, or begin anew: slipway training retry.':
    '可用 --accept-drift 仍然继续，或重新开始：slipway training retry。',
  '{0} is {1}; training needs safetensors weights.': '{0} 是 {1:word}，训练需要 safetensors 权重。',
  'Give the base with --model, and the adapter with --from.': '请用 --model 指定基座，用 --from 指定适配器。',
  'Import the original safetensors model.': '请导入原始的 safetensors 模型。',
  '{0} holds {1} rows; {2} learns from {3} rows.': '{0} 是 {1} 数据，而 {2} 使用 {3:list} 数据。',
  'slipway training methods shows what each method takes; slipway datasets check {0} --method {1} says more.':
    '可用 slipway training methods 查看各方法所需数据，用 slipway datasets check {0} --method {1} 查看详情。',
  'The result could not be registered as a model; see the backend log.': '结果未能登记为模型，详见后端日志。',
  'slipway training show lists them.': '可用 slipway training show 查看。',
  '{0} step {1}': '{0} 第 {1} 步',
  'The files of {0} do not say its layers and sizes, so its memory cannot be planned.':
    '{0} 的文件未注明层数和尺寸，无法估算显存。',
  'Training needs a causal language model in a Hugging Face folder with a complete config.json.':
    '训练需要 Hugging Face 格式的因果语言模型文件夹，且 config.json 完整。',
  // Whether it fits.
  'It needs {0} on {1}, which has {2} free: it starts when running jobs have given theirs back.':
    '需要 {1:word} 上 {0}，目前剩余 {2}：待运行中的任务释放后开始。',
  'Which rows {0} held back was not written down: an earlier release trained it.':
    '{0} 由早期版本训练，未记录留出了哪些样本。',
  'Train it again (slipway training retry), or evaluate on a dataset of its own: --dataset.':
    '请重新训练（slipway training retry），或用 --dataset 指定其他数据集。',
  '{0} held no rows back.': '{0} 没有留出样本。',
  'A run does where validationSplit is above 0, no --validation is given, and it has 20 rows or more. Evaluate on a dataset of its own: --dataset.':
    '训练在 validationSplit 大于 0、未指定 --validation 且不少于 20 行时才会留出样本。请用 --dataset 指定其他数据集。',
  'Other jobs hold processors: if it starts now, it computes with {0} of {1} to its end. Set threads for another number.':
    '其他任务占用了处理器：现在开始则自始至终使用 {1} 个中的 {0} 个。如需其他数量请设置 threads。',
  'It goes on with {0} threads, and had {1}: the last digits of the losses may be others than without the break.':
    '继续时使用 {0} 个线程，此前为 {1} 个：损失的末几位可能与未中断时不同。',
  'This run needs about {0} on {1}, which has {2} free.': '该训练约需 {1:word} 上 {0}，目前剩余 {2}。',
  'It would fit with: {0} ({1}). --anyway starts it all the same.':
    '改为 {0}（{1:zh}）即可放下。加 --anyway 可仍然开始。',
  'Use a smaller model or a larger device. --anyway starts it all the same.':
    '请使用更小的模型或更大的设备。加 --anyway 可仍然开始。',
  'worldSize is {0}; it must be a positive whole number.': 'worldSize 为 {0}，必须是正整数。',
  'tuning=qlora needs a CUDA device; this run is planned for the CPU.':
    'tuning=qlora 需要 CUDA 设备，而该训练计划在 CPU 上运行。',
  'Use tuning=lora.': '请使用 tuning=lora。',
  'precision=fp16 needs a CUDA device; this run is planned for the CPU.':
    'precision=fp16 需要 CUDA 设备，而该训练计划在 CPU 上运行。',
  '{0} has a sampling rate, but is not learned from.': '{0} 设置了采样率，但未用于训练。',
  'Give it with --dataset too. Datasets here: {0}.': '请同时用 --dataset 指定。当前数据集：{0}。',
  'Use precision=auto, bf16 or fp32.': '请使用 precision=auto、bf16 或 fp32。',
  'earlyStopping needs rows that measure: a validation set, or a validationSplit above 0.':
    '早停（earlyStopping）需要验证样本：请指定验证集，或使 validationSplit 大于 0。',
  'Set validationSplit=0.05, or give --validation.': '可设置 validationSplit=0.05，或用 --validation 指定验证集。',
  'optimizer=adamw_8bit needs a CUDA device; this run is planned for the CPU.':
    'optimizer=adamw_8bit 需要 CUDA 设备，而该训练计划在 CPU 上运行。',
  'Use optimizer=adamw_torch.': '请使用 optimizer=adamw_torch。',
  "The model's {0} is {1}; a plan needs a positive whole number.": '模型的 {0} 为 {1}，估算需要正整数。',
  "Check the model's config.json.": '请检查模型的 config.json。',
  'The tensor {0} has the shape [{1}].': '张量 {0} 的形状为 [{1}]。',
  'loraTargetModules: no linear layer of this model is named {0}.':
    'loraTargetModules：该模型没有名为 {0:list} 的线性层。',
  'It has {0}; all-linear takes all of them.': '现有：{0:list}；all-linear 表示全部。',
  "{0} comes to more than 2^53 bytes: the model's dimensions cannot be right.": '{0} 超过 2^53 字节：模型的尺寸有误。',
  "Check the model's config.json and the tensor shapes in its headers.":
    '请检查模型的 config.json 和文件头中的张量形状。',
  'a sum of sizes': '大小之和',
  // Remedies.
  '{0}; {1}': '{0:zh}；{1:zh}',
  'compute {0} row at once instead of {1}: slower, same result': '每次计算 {0} 行而不是 {1} 行：较慢，结果不变',
  'compute {0} rows at once instead of {1}: slower, same result': '每次计算 {0} 行而不是 {1} 行：较慢，结果不变',
  'compute activations again instead of keeping them: about a fifth slower, same result':
    '重新计算激活而不保留：约慢五分之一，结果不变',
  'compute in bf16 instead of fp32: faster, slightly less exact': '以 bf16 代替 fp32 计算：更快，精度略降',
  'keep the optimizer state in 8 bits: nearly the same result, needs bitsandbytes':
    '优化器状态用 8 比特：结果几乎不变，需要 bitsandbytes',
  'adapters of rank {0} instead of {1}: they can learn less': '适配器的秩由 {1} 降为 {0}：可学内容减少',
  'train adapters instead of all weights: close to full tuning on most tasks':
    '训练适配器而不是全部权重：多数任务上接近全量微调',
  'train adapters over a base in 4 bits: slower, slightly less exact, needs bitsandbytes':
    '在 4 比特基座上训练适配器：较慢，精度略降，需要 bitsandbytes',
  'sequences of {0} tokens instead of {1}: longer rows are cut': '序列长度由 {1} 减为 {0} 个词元：更长的行会被截断',
  'a device with at least {0} GiB free; nothing else changes': '使用至少剩余 {0} GiB 的设备，其他不变',
  'a machine with at least {0} GiB free; nothing else changes': '使用至少剩余 {0} GiB 内存的机器，其他不变',
  'keep the cache in 8 bits: nearly the same answers': '缓存用 8 比特：回答几乎不变',
  '{0} requests at once instead of {1}; the others wait': '并发请求由 {1} 减为 {0}，其余排队',
  'a context of {0} tokens instead of {1}': '上下文由 {1} 减为 {0} 个词元',
  'one request at a time with a context of {0} tokens': '每次一个请求，上下文 {0} 个词元',
  'at least {0} GiB free; or a smaller quantisation of the model': '至少剩余 {0} GiB，或改用更小的量化版本',
  '{0} is {1}; it must be a positive whole number.': '{0} 为 {1}，必须是正整数。',
  'The size of weights in {0} must be read from the file.': '{0} 格式的权重大小须从文件读取。',
  // Terms of training.
  'TRL 1.16 source': 'TRL 1.16 源码',
  'bytes that autograd keeps, counted with saved-tensor hooks on Transformers 5.23 and PEFT 0.21':
    'autograd 保留的字节，用 saved-tensor hooks 在 Transformers 5.23 与 PEFT 0.21 上统计',
  '4 B × {0} parameters (fp32)': '4 B × {0} 个参数（fp32）',
  '{0}: dtype float32 by default': '{0:zh}：dtype 默认 float32',
  '{0} B × {1} frozen parameters': '{0} B × {1} 个冻结参数',
  'the base is loaded in the compute format': '基座以计算精度加载',
  '(1/2 + 1/64 + 4/16384) B × {0} in linear layers + 2 B × {1} others':
    '(1/2 + 1/64 + 4/16384) B × 线性层 {0} + 2 B × 其余 {1}',
  'NF4 with double quantisation, arXiv 2305.14314': 'NF4 双重量化，arXiv 2305.14314',
  'none: weights are in the compute format': '无：权重已是计算精度',
  '2 B × {0} trained parameters': '2 B × {0} 个训练参数',
  'autocast keeps a 16-bit copy of each fp32 weight through the step (Transformers, model memory anatomy)':
    'autocast 在整步内为每个 fp32 权重保留 16 比特副本（Transformers 文档：model memory anatomy）',
  '{0} B × Σ r·(inputs + outputs) = {1} B × {2}': '{0} B × Σ r·(输入 + 输出) = {1} B × {2}',
  'none: all weights are trained': '无：训练全部权重',
  'LoRA, arXiv 2106.09685; shapes from the tensor headers where they are known':
    'LoRA，arXiv 2106.09685；形状尽可能取自张量头',
  '{0} B × {1} trained parameters': '{0} B × {1} 个训练参数',
  'PyTorch: a gradient has the format of its parameter': 'PyTorch：梯度与参数精度相同',
  'none on one device': '单设备时为无',
  'PyTorch DDP without gradient_as_bucket_view': 'PyTorch DDP，未启用 gradient_as_bucket_view',
  '2 × {0} B × {1} (two moments)': '2 × {0} B × {1}（一、二阶矩）',
  'torch.optim.AdamW: moments in the format of the parameter': 'torch.optim.AdamW：矩与参数精度相同',
  '8-bit optimizers with blocks of 256, arXiv 2110.02861': '8 比特优化器，块大小 256，arXiv 2110.02861',
  '4 B × {0} (row and column sums)': '4 B × {0}（行和与列和）',
  'Adafactor, arXiv 1804.04235; an upper bound': 'Adafactor，arXiv 1804.04235；上界',
  '4 B × {0} parameters': '4 B × {0} 个参数',
  'none: the base without its adapters is the reference': '无：以去掉适配器的基座为参考',
  'none: the method has no reference': '无：该方法没有参考模型',
  '{0} tokens × ({1} layers × {2} B + one live layer × {3} B)': '{0} 个词元 × ({1} 层 × {2} B + 当前层 × {3} B)',
  '{0} tokens × {1} layers × {2} B': '{0} 个词元 × {1} 层 × {2} B',
  '{0} × {1}² × (1 B + {2} layers × {3} B)': '{0} × {1}² × (1 B + {2} 层 × {3} B)',
  'none: one unpadded row at a time': '无：每次一行，不填充',
  'PyTorch SDPA turns the boolean mask of padded rows into numbers in each layer':
    'PyTorch SDPA 在每层将填充行的布尔掩码转为数值',
  '{0} tokens × ({1} B × 3 × {2} + 8 B × {3}) + the largest layer unpacked to 16 bits':
    '{0} 个词元 × ({1} B × 3 × {2} + 8 B × {3}) + 最大层解包为 16 比特',
  '{0} tokens × ({1} B × 3 × {2} + 8 B × {3})': '{0} 个词元 × ({1} B × 3 × {2} + 8 B × {3})',
  'gradients of one layer while it is passed backward': '反向传播时单层的梯度',
  "tile of {0} tokens ({1} B) + {2} × {3} × {4} B + 4 B × {5} × {6} for the head's gradient":
    '{0} 个词元的分块（{1} B）+ {2} × {3} × {4} B + 输出层梯度 4 B × {5} × {6}',
  'tile of {0} tokens ({1} B) + {2} × {3} × {4} B': '{0} 个词元的分块（{1} B）+ {2} × {3} × {4} B',
  '{0}: kernels/chunked_logprob.py, peak of the CPU path measured':
    '{0:zh}：kernels/chunked_logprob.py，CPU 路径峰值为实测',
  '{0}: kernels/chunked_logprob.py': '{0:zh}：kernels/chunked_logprob.py',
  '1 GiB for the CUDA context and libraries + 10 % of activations, mask, logits and working set for fragmentation':
    'CUDA 上下文与库 1 GiB + 激活、掩码、logits 和工作集的 10 %（碎片）',
  '900 MiB for Python, torch and trl + 10 % of activations, mask, logits and working set for fragmentation':
    'Python、torch、trl 900 MiB + 激活、掩码、logits 和工作集的 10 %（碎片）',
  'rule of thumb: not measured on this device': '经验值：未在该设备上实测',
  'measured on Linux x64': '在 Linux x64 上实测',
  // Terms of serving.
  '{0} B × {1} parameters': '{0} B × {1} 个参数',
  '{0} B of tensors': '张量 {0} B',
  'tensor headers': '张量头',
  '{0} B of adapter tensors': '适配器张量 {0} B',
  '2 × {0} layers × {1} tokens × {2} sequences × {3} in {4}': '2 × {0} 层 × {1} 个词元 × {2} 个序列 × {3}，{4}',
  'every sequence has the full context to itself; sliding windows are not deducted':
    '每个序列独占完整上下文，未扣除滑动窗口',
  '{0} tokens × (4 B × (4 × {1} + 3 × {2}) + {3} heads × {4} scores) + logits':
    '{0} 个词元 × (4 B × (4 × {1} + 3 × {2}) + {3} 头 × {4} 分数) + logits',
  'upper bound without flash attention': '未用 flash attention 时的上界',
  '{0} B for the CUDA context and {1} process': 'CUDA 上下文与 {1} 进程 {0} B',
  '{0} B for the {1} process': '{1} 进程 {0} B',
  'rule of thumb': '经验值',
  'the size of the files; their headers do not tell more': '文件大小；文件头未提供更多信息',
  'file sizes': '文件大小',
  // Parameters.
  'There is no training parameter "{0}".': '没有训练参数“{0}”。',
  '`slipway training schema METHOD` lists them.': '可用 slipway training schema METHOD 查看。',
  'Did you mean {0}?': '是否指 {0}？',
  '{0}: "{1}" is not allowed; it must be {2}.': '{0}：不能是“{1}”，必须是{2:zh}。',
  'an integer from {0} to {1}': '{0} 至 {1} 的整数',
  'a number from {0} to {1}': '{0} 至 {1} 的数',
  'one of {0}': '以下之一：{0:list}',
  'text that matches {0}': '符合 {0} 的文本',
  'a list of {0} to {1} names that match {2}': '{0} 至 {1} 个名称的列表，各名称符合 {2}',
  '{0} (it is a fraction: write {1} for {2} %)': '{0:zh}（这是比例：{2} % 应写作 {1}）',
  '{0}: {1} is not allowed; it must be {2}': '{0}：不能是 {1}，必须是 {2:zh}',
  '{0} is a parameter of {1}; {2} has none such': '{0} 是 {1:list} 的参数，{2} 没有该参数',
  'there is no parameter {0}': '没有参数 {0}',
  'there is no parameter {0}; did you mean {1}?': '没有参数 {0}，是否指 {1}？',
  'left out unless {0} is {1}': '不填，除非 {0} 为 {1:list}',
  '{0} must be {1} (it is {2})': '{0} 必须{1:zh}（当前为 {2}）',
  'divisible by a micro batch that the method allows': '能被该方法允许的微批大小整除的数',
  'a divisor of globalBatchSize ({0})': 'globalBatchSize（{0}）的约数',
  'below the learningRate ({0})': '小于 learningRate（{0}）的数',
  'either all-linear alone or names of modules': '单独的 all-linear，或模块名称',
  'steps or epoch while earlyStopping is on, which keeps the best checkpoint':
    'steps 或 epoch（开启 earlyStopping 时需保留最佳检查点）',
  'a multiple of validationSteps ({0}) while earlyStopping is on':
    'validationSteps（{0}）的倍数（开启 earlyStopping 时）',
  'at most {0}, the context length of this model': '不超过 {0} 的数（该模型的上下文长度）',
  'the parameters must be an object of keys and values, not {0}': '参数必须是键值对象，不能是 {0}',
  'a key of this method': '该方法的参数名',
  '`slipway training schema {0}` lists every parameter with its range and default.':
    '可用 slipway training schema {0} 查看全部参数的范围与默认值。',
  '{0} {1} is unusual: runs mostly use {2} to {3}. {4}': '{0} 取 {1} 较少见，通常为 {2} 至 {3}。{4:zh}',
}
