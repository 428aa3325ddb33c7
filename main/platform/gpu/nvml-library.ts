import { createRequire } from 'node:module'

/**
 * NVML's C functions by name, called with plain bytes: a Buffer where C has a pointer to write to, a bigint for a
 * handle, a number for an unsigned int. Answers NVML's return code; undefined when this driver has no such function.
 */
export type NvmlLibrary = {
  readonly call: (name: string, ...args: readonly (Buffer | bigint | number)[]) => number | undefined
  readonly close: () => void
}

/** Where the driver puts its library. Linux by soname (also in WSL), Windows in System32. */
export const nvmlPath = (platform: NodeJS.Platform): string | undefined =>
  platform === 'linux' ? 'libnvidia-ml.so.1' : platform === 'win32' ? 'C:\\Windows\\System32\\nvml.dll' : undefined

type Koffi = typeof import('koffi')

/** Opens NVML through koffi. Throws when the library is not there or is not one. */
export function openNvmlLibrary(path: string): NvmlLibrary {
  // Loaded here and not at the top: only the probe process needs the native module.
  const koffi = createRequire(import.meta.url)('koffi') as Koffi
  const library = koffi.load(path)
  const functions = new Map<string, ReturnType<typeof library.func> | undefined>()

  const find = (name: string, args: readonly (Buffer | bigint | number)[]) => {
    const known = functions.get(name)
    if (known || functions.has(name)) return known
    let found: ReturnType<typeof library.func> | undefined
    try {
      // A handle is an opaque pointer: passed as an integer of the same size and register class.
      found = library.func(
        name,
        'int',
        args.map(arg => (typeof arg === 'number' ? 'unsigned int' : typeof arg === 'bigint' ? 'uintptr_t' : 'void *')),
      )
    } catch {
      found = undefined // an older driver: koffi throws for a symbol that is not exported
    }
    functions.set(name, found)
    return found
  }

  return {
    call: (name, ...args) => find(name, args)?.(...args) as number | undefined,
    close: () => library.unload(),
  }
}
