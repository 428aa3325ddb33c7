import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a start of the window was asked for. */
export type Arguments = {
  readonly dataDir: string | undefined
  readonly node: string | undefined
  /** Absolute paths of files and folders that exist. */
  readonly files: readonly string[]
}

/**
 * Reads a command line without its program (and, in a checkout, without the app's folder). Words that are none of ours
 * are left to Chromium, which has a great many switches.
 * @param workingDirectory what relative paths are relative to
 */
export function readArguments(words: readonly string[], workingDirectory: string): Arguments {
  const flagValue = (flag: string): string | undefined => {
    const joined = words.find(word => word.startsWith(`${flag}=`))
    if (joined !== undefined) return joined.slice(flag.length + 1)
    const at = words.indexOf(flag)
    return at < 0 ? undefined : words[at + 1]
  }
  const dataDir = flagValue('--data-dir')
  const isValue = (index: number) => words[index - 1] === '--data-dir' || words[index - 1] === '--node'
  const files = words.flatMap((word, index) => {
    if (word.startsWith('-') || isValue(index)) return []
    const path = word.startsWith('file:') ? pathOfUrl(word) : resolve(workingDirectory, word)
    return path !== undefined && existsSync(path) ? [path] : []
  })
  return {
    dataDir: dataDir === undefined ? undefined : resolve(workingDirectory, dataDir),
    node: flagValue('--node'),
    files,
  }
}

function pathOfUrl(word: string): string | undefined {
  try {
    return fileURLToPath(word)
  } catch {
    // Another machine's file, or no valid address: nothing that can be opened here.
    return undefined
  }
}
