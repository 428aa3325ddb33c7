import { desktop } from './desktop.ts'

/** Puts text on the clipboard. The desktop window gives its page no permission, this one included, so the shell does it. */
export const copyText = (text: string): Promise<void> =>
  desktop ? desktop.copyText(text) : navigator.clipboard.writeText(text)
