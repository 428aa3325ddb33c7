import { fileURLToPath } from 'node:url'

/** A file or folder of the program, by its path from where it is installed. */
export const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
