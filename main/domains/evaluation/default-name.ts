import { numberedName } from '../../platform/numbered-name.ts'

/** Of each part; with five objects and the data the whole still is a name. */
const longestPart = 40

const part = (name: string): string => {
  const letters = [...name]
  return letters.length > longestPart ? `${letters.slice(0, longestPart - 1).join('')}…` : name
}

/**
 * What an evaluation is called whose maker gave no name: `base-vs-tuned-on-questions`, and `…-2` where that is taken.
 * @param data the dataset's name; its version number is left out
 */
export const defaultName = (objects: readonly string[], data: string, isTaken: (name: string) => boolean): string =>
  numberedName(`${objects.map(part).join('-vs-')}-on-${part(data.replace(/@\d+$/, ''))}`, isTaken)
