import { posix, win32 } from 'node:path'

/** Where another program keeps models, and how its folders are to be read. */
export type KnownStore = {
  readonly kind: 'huggingface' | 'ollama' | 'lmstudio'
  readonly path: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The places where the Hugging Face libraries, Ollama and LM Studio keep models for the account with this environment and
 * home folder. Nothing is asked of the disk: a place may not exist. The first of a kind is the one that its program uses.
 *
 * Sources: huggingface.co/docs/huggingface_hub (HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME), docs.ollama.com/faq
 * (OLLAMA_MODELS and the service account's folder), lmstudio.ai/docs (~/.lmstudio since 0.3, ~/.cache/lm-studio before).
 */
export function knownStores(env: Environment, home: string, platform: NodeJS.Platform): readonly KnownStore[] {
  const { join, isAbsolute } = platform === 'win32' ? win32 : posix
  const set = (name: string): string | undefined => {
    const value = env[name]?.trim()
    if (value === undefined || value === '') return undefined
    const expanded = value === '~' || value.startsWith('~/') ? join(home, value.slice(1)) : value
    // A relative path would mean another folder for every program.
    return isAbsolute(expanded) ? expanded : undefined
  }
  const cache = set('XDG_CACHE_HOME') ?? join(home, '.cache')
  const huggingFaceHome = set('HF_HOME') ?? join(cache, 'huggingface')
  const places: readonly (readonly [KnownStore['kind'], string | undefined])[] = [
    ['huggingface', set('HF_HUB_CACHE') ?? set('HUGGINGFACE_HUB_CACHE') ?? join(huggingFaceHome, 'hub')],
    ['huggingface', set('TRANSFORMERS_CACHE')],
    ['ollama', set('OLLAMA_MODELS') ?? join(home, '.ollama', 'models')],
    ['ollama', platform === 'linux' ? '/usr/share/ollama/.ollama/models' : undefined],
    ['lmstudio', join(home, '.lmstudio', 'models')],
    ['lmstudio', join(home, '.cache', 'lm-studio', 'models')],
  ]
  const seen = new Set<string>()
  return places.flatMap(([kind, path]) => {
    if (path === undefined || seen.has(path)) return []
    seen.add(path)
    return [{ kind, path }]
  })
}
