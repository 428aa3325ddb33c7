import type { Words } from '../translator.ts'

/** Deployments, their engines, chats and the OpenAI-compatible API. */
export const inference: Words = {
  'There is no deployment {0}.': '没有部署 {0}。',
  'There is no deployment "{0}".': '没有部署“{0}”。',
  'slipway inference list shows them.': '可用 slipway inference list 查看。',
  'This deployment has no version {0}.': '该部署没有版本 {0}。',
  'slipway inference show lists its versions.': '可用 slipway inference show 查看版本。',
  'slipway inference logs {0} shows more.': '可用 slipway inference logs {0} 查看更多信息。',
  '"{0}" is deployed already.': '“{0}”已经部署。',
  'Put another version behind it: slipway inference update {0} --model {1}; or choose another --name.':
    '可为其切换版本：slipway inference update {0} --model {1}；或换一个 --name。',
  '"{0}" runs already ({1}).': '“{0}”已在运行（{1:word}）。',
  '"{0}" has no earlier version.': '“{0}”没有更早的版本。',
  '"{0}" serves version {1} already.': '“{0}”已在使用版本 {1}。',
  'deployment {0}': '部署 {0}',
  'Serving {0} needs {1}; {2} has {3} free.': '部署 {0} 需要 {1}，而 {2:word} 剩余 {3}。',
  'This would fit: {0}.': '以下方案可行：{0:zh}。',
  'Stop other deployments, or use a smaller quantisation.': '请停止其他部署，或改用更小的量化版本。',
  'There is no model and no running deployment {0}.': '没有名为 {0} 的模型或运行中的部署。',
  'slipway models list and slipway inference list show them.':
    '可用 slipway models list 和 slipway inference list 查看。',
  '"{0}" is still being loaded ({1}).': '“{0}”仍在加载（{1:word}）。',
  'Try again in a moment.': '请稍后重试。',
  '"{0}" does not run: {1}': '“{0}”未在运行：{1:zh}',
  'its engine ended': '引擎已退出',
  'slipway inference logs {0} shows why; slipway inference start {1} starts it again.':
    '可用 slipway inference logs {0} 查看原因，用 slipway inference start {1} 重新启动。',
  '"{0}" is stopped.': '“{0}”已停止。',
  'slipway inference start {0}': 'slipway inference start {0}',
  '"{0}" serves.': '“{0}”正在服务。',
  // Launching.
  '"{0}" is an adapter itself.': '“{0}”本身是适配器。',
  'Deploy its base with --adapter.': '请部署其基座，并用 --adapter 指定它。',
  '"{0}" is an adapter, and its base model is not known here.': '“{0}”是适配器，且不知道其基座模型。',
  'Import the base ({0}), then: slipway inference deploy BASE --adapter {1}':
    '请导入基座（{0}），然后运行：slipway inference deploy BASE --adapter {1}',
  'Import the base, then: slipway inference deploy BASE --adapter {0}':
    '请导入基座，然后运行：slipway inference deploy BASE --adapter {0}',
  '"{0}" is not an adapter.': '“{0}”不是适配器。',
  'Models in the format {0} cannot be served yet.': '暂不支持部署 {0} 格式的模型。',
  'GGUF and safetensors can.': '支持 GGUF 和 safetensors。',
  'The engine {0} does not read {1}; {2} does.': '引擎 {0} 不支持 {1}，{2} 支持。',
  'Leave --engine out.': '请去掉 --engine。',
  'An adapter in safetensors cannot be laid over a GGUF model.': 'safetensors 适配器不能叠加在 GGUF 模型上。',
  'Deploy the safetensors base with the adapter, or convert the two together: slipway models convert --to merged, then --to gguf.':
    '请部署 safetensors 基座与该适配器，或将两者一起转换：先 slipway models convert --to merged，再 --to gguf。',
  // Chats.
  'Nobody reads the answer any more.': '已无人接收回答。',
  'A conversation ended without an end.': '对话异常结束。',
  'There is nothing to answer.': '没有可回答的内容。',
  'Give a message: slipway inference chat NAME "Hello"': '请给出消息：slipway inference chat NAME "Hello"',
  'The engine of "{0}" ended while it was answering.': '“{0}”的引擎在回答时退出。',
  'It is started again by itself; slipway inference logs {0} shows why it ended.':
    '引擎会自动重启；可用 slipway inference logs {0} 查看退出原因。',
  'The request was cancelled.': '请求已取消。',
  'Cancelled.': '已取消。',
  // The engine's own server.
  'There is no {0}.': '没有 {0}。',
  'The client went away.': '客户端已断开。',
  'The request is larger than {0} bytes.': '请求超过 {0} 字节。',
  'The request is not JSON.': '请求不是 JSON。',
  'not understood': '无法理解',
  'exactly one of tokens, prompt and messages is needed': 'tokens、prompt、messages 须且只能给出一个',
  'exactly one of text and messages is needed': 'text 与 messages 须且只能给出一个',
  'The engine of {0} could not be started.': '无法启动 {0} 的引擎。',
  'The engine of {0} ended with {1} before it was ready.': '{0} 的引擎在就绪前退出，退出码 {1}。',
  'The socket path {0} is longer than 100 bytes.': '套接字路径 {0} 超过 100 字节。',
  // llama.cpp.
  'The template thread did not start: {0}.': '模板线程未能启动：{0:zh}。',
  'it needs more than {0} MiB of memory': '所需内存超过 {0} MiB',
  'it was ended': '已被终止',
  'it ran for more than {0} ms': '运行超过 {0} 毫秒',
  'it used more than {0} ms of processor time': '占用处理器时间超过 {0} 毫秒',
  'its output is longer than {0} characters': '输出超过 {0} 个字符',
  'it failed': '失败',
  'The model’s chat template could not render this conversation: {0}.': '模型的对话模板无法渲染该对话：{0:zh}。',
  'Templates differ in the roles and orders that they accept. Another template can be set on the deployment: --chat-template.':
    '不同模板接受的角色与顺序不同。可在部署上设置其他模板：--chat-template。',
  'it names no architecture': '未注明架构',
  'it carries no vocabulary (tokenizer.ggml.tokens)': '没有词表（tokenizer.ggml.tokens）',
  'it has no token embeddings: it may be an adapter or a vision part, not a model':
    '没有词元嵌入：可能是适配器或视觉部分，而不是模型',
  '{0}.{1} is missing': '缺少 {0}.{1}',
  '{0}.{1} is not a positive number': '{0}.{1} 不是正数',
  'This GGUF file cannot be served: {0}.': '该 GGUF 文件无法部署：{0:zh}。',
  'Convert or download it again; `slipway models verify` compares its bytes with what was imported.':
    '请重新转换或下载；slipway models verify 可与导入时的内容逐字节比对。',
  'Only one of jsonSchema and grammar can rule an answer.': 'jsonSchema 与 grammar 只能使用一个。',
  'This model embeds text; it cannot write any.': '该模型只生成向量，不能生成文本。',
  'Use /v1/embeddings.': '请使用 /v1/embeddings。',
  '{0} is not a token id of this model, which has {1} tokens.': '{0} 不是该模型的词元编号，词表共 {1} 个词元。',
  'Use the tokenizer of the model that is served.': '请使用所部署模型的分词器。',
  'The prompt has no tokens.': '提示为空。',
  'Write something.': '请输入内容。',
  'The prompt has {0} tokens; the context length of this deployment is {1}.':
    '提示有 {0} 个词元，而该部署的上下文长度为 {1}。',
  'Shorten the conversation, or deploy with a longer --context-length.':
    '请缩短对话，或用更大的 --context-length 部署。',
  'Shorten the prompt, or deploy with a longer --context-length.': '请缩短提示，或用更大的 --context-length 部署。',
  'This model has no chat template: it is a base model that continues text.':
    '该模型没有对话模板：它是续写文本的基座模型。',
  'The chat template in this model’s file is not text.': '该模型文件中的对话模板不是文本。',
  'Use completions (/v1/completions), or set a template on the deployment: slipway inference update NAME --chat-template @file.':
    '请使用补全接口（/v1/completions），或在部署上设置模板：slipway inference update NAME --chat-template @file。',
  'This model’s chat template does not know tools.': '该模型的对话模板不支持工具。',
  'Serve a model that was trained to call tools, or leave tools out.': '请部署经工具调用训练的模型，或不使用工具。',
  'This model writes tool calls in a form that Slipway cannot read yet.': '该模型的工具调用格式暂不支持。',
  'Models that write <tool_call>{…}</tool_call> work (Qwen, Hermes and their relatives).':
    '支持输出 <tool_call>{…}</tool_call> 的模型（Qwen、Hermes 及同类）。',
  'An input has {0} tokens; this deployment embeds at most {1} at once.':
    '某个输入有 {0} 个词元，该部署一次最多处理 {1} 个。',
  'Split the text, or deploy with a longer --context-length.': '请拆分文本，或用更大的 --context-length 部署。',
  'A grammar with a repetition penalty and a presence or frequency penalty is not supported.':
    '语法约束不能同时与重复惩罚和存在/频率惩罚使用。',
  'Use one kind of penalty.': '请只使用一种惩罚。',
  'This JSON Schema cannot be turned into a grammar.': '该 JSON Schema 无法转换为语法。',
  'Simplify it.': '请简化。',
  'llama.cpp does not accept this grammar.': 'llama.cpp 不接受该语法。',
  'GBNF is described in llama.cpp’s grammars/README.md; the root rule is called root.':
    'GBNF 说明见 llama.cpp 的 grammars/README.md；根规则名为 root。',
  'The JSON Schema is nested deeper than 32 levels at {0}.': 'JSON Schema 在 {0} 处嵌套超过 32 层。',
  'The JSON Schema has no object at {0}.': 'JSON Schema 的 {0} 处不是对象。',
  'The JSON Schema keyword "{0}" at {1} cannot be enforced while generating.':
    '生成时无法强制 {1} 处的 JSON Schema 关键字“{0}”。',
  'Leave it out and check the answer yourself, or say the same with enum, oneOf or properties.':
    '请去掉并自行校验回答，或改用 enum、oneOf、properties 表达。',
  'The JSON Schema has no list at {0}.': 'JSON Schema 的 {0} 处不是列表。',
  '"{0}" is not a device of the llama engine.': '“{0}”不是 llama 引擎支持的设备。',
  'It takes cpu, cuda, cuda:N, vulkan or metal.': '可用 cpu、cuda、cuda:N、vulkan 或 metal。',
  'A context of {0} tokens is longer than the {1} that the model was trained for.':
    '上下文 {0} 个词元，超过模型训练时的 {1} 个。',
  'Deploy it with --context-length {0} or less.': '请用不超过 {0} 的 --context-length 部署。',
  '{0} is not a GGUF file.': '{0} 不是 GGUF 文件。',
  'Import the .gguf file itself.': '请直接导入 .gguf 文件。',
  'There is not enough memory for this model, context length and number of parallel requests.':
    '内存不足以支持该模型、上下文长度与并发请求数。',
  'Deploy with a smaller --context-length or --parallel, stop other deployments, or use a smaller quantisation.':
    '请用更小的 --context-length 或 --parallel 部署，停止其他部署，或改用更小的量化版本。',
  '{0} is not there any more.': '{0} 已不存在。',
  'Put it back, or import the model again.': '请放回原处，或重新导入模型。',
  'llama.cpp cannot load this model: {0}': 'llama.cpp 无法加载该模型：{0}',
  'The file may be cut short or of an architecture that this llama.cpp does not know: slipway models verify, or convert it again.':
    '文件可能被截断，或其架构不受当前 llama.cpp 支持：请用 slipway models verify 校验，或重新转换。',
  'The device "{0}" cannot be used: its driver or runtime libraries are not there.':
    '设备“{0}”无法使用：缺少驱动或运行库。',
  'The training environment brings CUDA’s libraries (slipway environments build training), slipway doctor shows the driver; --device cpu always works.':
    '训练环境自带 CUDA 运行库（slipway environments build training），驱动可用 slipway doctor 查看；--device cpu 始终可用。',
  'The engine already has {0} requests running and {1} waiting.': '引擎已有 {0} 个请求在处理、{1} 个在排队。',
  'Retry later, send fewer requests at once, or deploy the model with more --parallel.':
    '请稍后重试、减少并发，或用更大的 --parallel 部署。',
  // The OpenAI-compatible API, as the playground meets it.
  'A forced tool call and a response format exclude each other.': '强制工具调用与回复格式不能同时使用。',
  'tool_choice names no tool of this request.': 'tool_choice 指定的工具不在该请求中。',
  'An answer has at least one choice.': '回答至少有一个候选。',
  'best_of must be at least n.': 'best_of 不能小于 n。',
  'Only whole answers can be ranked: leave out stream or best_of.': '只能对完整回答排序：请去掉 stream 或 best_of。',
  'A stop string was reached.': '已到达停止序列。',
  'The model "{0}" does not exist.': '模型“{0}”不存在。',
  'A model’s name is its deployment’s name: GET /v1/models lists them.': '模型名即部署名，可用 GET /v1/models 查看。',
  'There is no {0} {1}.': '没有 {0} {1}。',
  'Slipway offers models, chat/completions, completions and embeddings.':
    'Slipway 提供 models、chat/completions、completions 和 embeddings。',
  'The request body is not JSON.': '请求体不是 JSON。',
  'The model "{0}" does not make embeddings.': '模型“{0}”不生成向量。',
  'This model’s embeddings have {0} dimensions, not {1}.': '该模型的向量为 {0} 维，不是 {1} 维。',
  'Use tools.': '请使用 tools。',
  'Use tool_choice.': '请使用 tool_choice。',
  'Answers are text.': '回答只有文本。',
  'Fill-in-the-middle is not offered yet.': '暂不支持中间填充。',
  'There is no web search here.': '没有联网搜索功能。',
  'The request body must be a JSON object.': '请求体必须是 JSON 对象。',
  'The parameter "{0}" is not supported.': '不支持参数“{0}”。',
  'Content of type "{0}" is not supported.': '不支持“{0}”类型的内容。',
  'Send text.': '请发送文本。',
  '{0}: {1}.': '{0}：{1:zh}。',
}
