import type { CodeFinding } from './facts.ts'
import type { Folder, Member } from './folder.ts'
import type { Reading } from './limits.ts'
import { withFile } from './regular-file.ts'
import { zipFault } from './zip-check.ts'

const pickle = 'Python pickle: to load it is to run the code in it'
const byExtension = new Map<string, string>([
  ...['bin', 'pt', 'pth', 'pt2', 'ckpt', 'pkl', 'pickle', 'joblib', 'dill', 'mar', 'nemo', 'tar'].map(
    extension => [extension, pickle] as const,
  ),
  ['keras', 'Keras archive: its configuration can name any Python function to run'],
  ['h5', 'HDF5 of Keras: its layers can carry Python bytecode'],
  ['hdf5', 'HDF5 of Keras: its layers can carry Python bytecode'],
  ['pb', 'TensorFlow graph: its operators can read, write and run'],
  ['py', 'Python source'],
  ['pyc', 'Python bytecode'],
  ['ipynb', 'notebook with code'],
  ['sh', 'shell script'],
  ['bat', 'shell script'],
  ['ps1', 'shell script'],
  ['js', 'JavaScript source'],
  ...['so', 'dll', 'dylib', 'pyd', 'exe', 'node', 'engine', 'plan', 'mlmodelc'].map(
    extension => [extension, 'native code'] as const,
  ),
])

/** Readers that check every byte of these themselves, so that nothing can hide behind the name. */
const strictFormats: ReadonlySet<string> = new Set(['safetensors', 'gguf'])
const headBytes = 512

/**
 * What in a model's files can run code, by name and by content: a pickle is found under any name. Nothing is unpickled,
 * unpacked or imported to find out, and what cannot be judged counts as code.
 */
export async function findCode(folder: Folder, reading: Reading): Promise<readonly CodeFinding[]> {
  const findings: CodeFinding[] = []
  for (const member of folder.members) {
    const reason = await codeReason(member, reading)
    if (reason !== undefined) findings.push({ path: member.path, reason })
  }
  return findings
}

/** Why one file counts as code; undefined when nothing in it can run. */
export async function codeReason(member: Member, reading: Reading): Promise<string | undefined> {
  const extension = extensionOf(member.path)
  const content = strictFormats.has(extension) ? undefined : await contentReason(member, reading)
  const named = byExtension.get(extension)
  return content ?? named
}

export const extensionOf = (path: string): string => /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''

async function contentReason(member: Member, reading: Reading): Promise<string | undefined> {
  if (member.sizeBytes < 4) return undefined
  return withFile(member.location, member.path, reading, async file => {
    const head = await file.read(0, Math.min(file.sizeBytes, headBytes))
    if (head.readUInt32LE(0) === 0x04034b50 || (await endsAsZip(file.sizeBytes, file.read))) {
      const fault = await zipFault(file)
      if (fault !== undefined)
        return `damaged or disguised archive (${fault}): it cannot be judged, so it counts as code`
      return extensionOf(member.path) === 'keras'
        ? byExtension.get('keras')
        : 'archive as PyTorch writes them: a pickle in it runs code when it is loaded'
    }
    return magicReason(head)
  })
}

/** An archive may have anything before it: readers look for its end. */
async function endsAsZip(
  sizeBytes: number,
  read: (offset: number, length: number) => Promise<Buffer>,
): Promise<boolean> {
  if (sizeBytes < 22) return false
  const tail = await read(sizeBytes - 22, 22)
  return tail.readUInt32LE(0) === 0x06054b50
}

/** First bytes by what they betray. Source: the formats' own specifications. */
const magics: readonly (readonly [string, string])[] = [
  ['\x89HDF', 'HDF5 of Keras: its layers can carry Python bytecode'],
  ['\x1f\x8b', 'compressed file: it can hold a pickle'],
  ['BZh', 'compressed file: it can hold a pickle'],
  ['\xfd7zXZ', 'compressed file: it can hold a pickle'],
  ['7z\xbc\xaf', 'compressed file: it can hold a pickle'],
  ['\x28\xb5\x2f\xfd', 'compressed file: it can hold a pickle'],
  ['Rar!', 'compressed file: it can hold a pickle'],
  ['\x7fELF', 'native code'],
  ['\xcf\xfa\xed\xfe', 'native code'],
  ['\xca\xfe\xba\xbe', 'native code'],
  ['MZ\x90\x00', 'native code'],
  ['MZ\x00\x00', 'native code'],
  ['#!', 'script'],
]

/**
 * Protocols 0 and 1 of pickle have no magic: they are recognised by an opcode that names a module and a function,
 * followed by another opcode (a word list has such lines too, but no opcodes between them). Source: pickletools.
 */
const textPickles: readonly RegExp[] = [
  /^[(\]})ldtI0-9\n.]{0,8}c[A-Za-z_][\w.]{0,80}\n[A-Za-z_][\w.]{0,80}\n([()\]}.]|[pq]\d|[SVIFLXTU]['"\d-])/,
  /^\(([SVIFL][^\n]{0,200}\n){0,8}i[A-Za-z_][\w.]{0,80}\n[A-Za-z_][\w.]{0,80}\n/,
  /^\(?[ld]p\d+\n/,
]

/** What the first bytes of a file betray. */
function magicReason(head: Buffer): string | undefined {
  const text = head.toString('latin1')
  if (head[0] === 0x80 && (head[1] ?? 0) >= 1 && (head[1] ?? 9) <= 5) return pickle
  if (textPickles.some(pattern => pattern.test(text))) return pickle
  if (text.startsWith('\x93NUMPY') && /'descr'\s*:\s*(?:'[|<>=]?O|\[[^\]]*'[|<>=]?O)/.test(text)) {
    return 'NumPy array of Python objects: it holds a pickle'
  }
  if (text.slice(257, 262) === 'ustar') return 'tar archive: it can hold a pickle'
  return magics.find(([magic]) => text.startsWith(magic))?.[1]
}
