import { dictionary } from '../../lib/i18n.ts'

export const importText = dictionary({
  title: ['Import a model', '导入模型'],
  path: ['Folder or file', '文件夹或文件'],
  pathHint: [
    'A folder with safetensors, ONNX or an adapter, or a .gguf file. A folder of many models is searched.',
    '包含 safetensors、ONNX 或适配器的文件夹，或 .gguf 文件。含多个模型的文件夹会被逐一检查。',
  ],
  looking: ['Reading headers', '正在读取文件头'],
  unread: ['This place could not be searched', '无法检查该位置'],
  noModel: ['No model was found there', '这里没有找到模型'],
  noModelHint: [
    'Choose the folder that holds config.json and the weights, or the .gguf file itself.',
    '请选择包含 config.json 与权重的文件夹，或直接选择 .gguf 文件。',
  ],
  bytes: ['Bytes', '存放'],
  inPlace: ['Leave them where they are', '原地登记'],
  copy: ['Copy into Slipway’s store', '复制到 Slipway 的存储'],
  inPlaceHint: [
    'Nothing is copied; moving the folder later makes the model “missing”.',
    '不复制任何文件；之后移动文件夹会使模型变为“缺失”。',
  ],
  copyHint: [
    (size: string) => `Takes ${size} more, and no longer depends on the folder.`,
    (size: string) => `另占 ${size}，此后不再依赖原文件夹。`,
  ],
  start: ['Import', '导入'],
  startMany: [
    (count: number) => (count === 0 ? 'Register' : count === 1 ? 'Register 1 model' : `Register ${count} models`),
    (count: number) => (count === 0 ? '登记' : `登记 ${count} 个模型`),
  ],
  cancel: ['Cancel', '取消'],
  close: ['Close', '关闭'],
  open: ['Open the model', '打开模型'],
  another: ['Import another', '再导入一个'],
  refused: ['The model was not imported', '模型未导入'],
  hashing: [(name: string) => `Hashing every byte of ${name}`, (name: string) => `正在逐字节计算 ${name} 的哈希`],
  goesOn: ['Closing this does not stop it: the job tray shows it.', '关闭此窗口不会中断，可在任务栏查看。'],
  already: [(name: string) => `registered as ${name}`, (name: string) => `已登记为 ${name}`],
  and: [', ', '、'],
  code: [
    (files: string) => `Holds code that Slipway never runs: ${files}`,
    (files: string) => `包含 Slipway 不会执行的代码：${files}`,
  ],
  template: ['chat template', '对话模板'],
  noTemplate: ['no chat template', '无对话模板'],
  findTitle: ['Models on this machine', '本机模型'],
  findNote: [
    'The Hugging Face cache and the stores of Ollama and LM Studio are searched. Only headers are read, nothing is copied.',
    '检查 Hugging Face 缓存以及 Ollama、LM Studio 的存储。只读取文件头，不复制文件。',
  ],
  alsoIn: ['Also search', '另外查找'],
  searchThere: ['Search this folder', '查找该文件夹'],
  searchStores: ['Search the known stores', '查找已知存储'],
  found: [(count: string) => `${count} found`, (count: string) => `找到 ${count} 个`],
  foundNone: ['No model was found in the known stores', '已知存储中没有模型'],
  foundNoneHint: [
    'Name a folder above, such as the one where you keep downloads.',
    '请在上方填写文件夹，例如下载目录。',
  ],
  chooseAll: [(count: string) => `Choose all ${count} that are new`, (count: string) => `选择全部 ${count} 个未登记的`],
  chooseNone: ['Choose none', '取消选择'],
  chosen: ['Chosen', '已选'],
  model: ['Model', '模型'],
  store: ['Store', '存储'],
  size: ['Size', '大小'],
  state: ['State', '状态'],
  fresh: ['new', '未登记'],
  duplicate: [(places: string) => `same bytes: ${places}`, (places: string) => `内容相同：${places}`],
  copies: [(count: number) => (count === 1 ? '1 copy' : `${count} copies`), (count: number) => `${count} 份副本`],
  done: ['registered', '已登记'],
  registering: [
    (done: string, all: string) => `Registering ${done} of ${all}`,
    (done: string, all: string) => `正在登记 ${done} / ${all}`,
  ],
  registeredMany: [
    (count: number) =>
      count === 1
        ? '1 model was registered; its bytes are being hashed.'
        : `${count} models were registered; their bytes are being hashed.`,
    (count: number) => `已登记 ${count} 个模型，正在计算哈希。`,
  ],
  notRegistered: [
    (count: number) => (count === 1 ? '1 model was not registered' : `${count} models were not registered`),
    (count: number) => `${count} 个模型未能登记`,
  ],
  unreadableNote: ['Left out', '未包含'],
  folder: ['folder', '文件夹'],
  huggingface: ['Hugging Face', 'Hugging Face'],
  ollama: ['Ollama', 'Ollama'],
  lmstudio: ['LM Studio', 'LM Studio'],
})
