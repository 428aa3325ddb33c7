import { readChatTemplate } from './chat-template.ts'
import type { Described } from './describe-safetensors.ts'
import type { OnnxFacts, Tensor } from './facts.ts'
import type { Folder, Member } from './folder.ts'
import { codeReferences, readConfig } from './hf-config.ts'
import type { Reading } from './limits.ts'
import { readJsonFile, surroundingsOf } from './model-folder.ts'
import { readOnnx } from './onnx.ts'
import { externalFiles } from './onnx-external.ts'
import { elementsOf, mainDtype, toExact } from './parameter-count.ts'
import { printable, withFile } from './regular-file.ts'

/** Operators that every ONNX Runtime has. Others need a shared library of their author. */
const knownDomains: ReadonlySet<string> = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.experimental',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
  'org.pytorch.aten',
  'pkg.onnxscript.torch_lib',
  'pkg.onnxscript.torch_lib.common',
])

/** Integers that place and shape things, and truth values: no learnt numbers. */
const notLearnt: ReadonlySet<string> = new Set(['INT32', 'INT64', 'BOOL', 'STRING'])

/** An ONNX model with its external data. `main` is described; its other forms (quantised, split) are files of the folder. */
export async function describeOnnx(
  folder: Folder,
  main: Member,
  path: string,
  reading: Reading,
): Promise<Described<OnnxFacts>> {
  const header = await withFile(main.location, main.path, reading, file => readOnnx(file, reading))
  const external = await externalFiles(folder, main, header.tensors, reading)
  const around = await surroundingsOf(folder, [main, ...external], path, reading)
  const config = await readJsonFile(folder, 'config.json', reading)
  const tokenizerConfig = await readJsonFile(folder, 'tokenizer_config.json', reading)
  const said = config === undefined ? undefined : readConfig(config)
  const tensors: readonly Tensor[] = header.tensors
    .filter(tensor => !notLearnt.has(tensor.dtype))
    .map(({ name, dtype, shape, sizeBytes, external: place }) => ({
      name,
      dtype,
      shape,
      sizeBytes,
      file: place?.location ?? main.path,
    }))
  const foreign = Object.keys(header.operatorSets).filter(domain => !knownDomains.has(domain))
  const isPacked = [...header.operators].some(operator =>
    /^com\.microsoft\.(MatMulNBits|GatherBlockQuantized|QMoE)$/.test(operator),
  )
  const facts: OnnxFacts = {
    format: 'onnx',
    ...around,
    operatorSets: header.operatorSets,
    architecture: said?.architecture ?? header.producer,
    dtype: mainDtype(tensors),
    dimensions: said?.dimensions ?? {},
    parameterCount: toExact(tensors.reduce((sum, tensor) => sum + elementsOf(tensor), 0n)),
    tensorCount: tensors.length,
    chatTemplate: await readChatTemplate(folder, tokenizerConfig, reading),
    containsCode: [
      ...around.containsCode,
      ...foreign.map(domain => ({
        path: main.path,
        reason: `needs the operators of "${printable(domain)}", which come as a native library`,
      })),
      ...[...(said?.codeReferences ?? []), ...(tokenizerConfig ? codeReferences(tokenizerConfig) : [])].map(name => ({
        path: 'config.json',
        reason: `names Python to import: ${name}`,
      })),
    ],
    warnings: [
      ...around.warnings,
      ...(isPacked ? ['Packed weights count as the bytes that hold them: the real parameter count is higher.'] : []),
    ],
  }
  return { facts, tensors }
}
