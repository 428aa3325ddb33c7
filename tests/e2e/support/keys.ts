import type { Locator } from 'playwright-core'

/** Types and presses a key in one task of the page: nothing can be drawn or answered in between. */
export const typeAndPress = (
  field: Locator,
  letters: string,
  key: { key: string; keyCode: number; ctrlKey?: boolean },
) =>
  field.evaluate(
    (input: HTMLInputElement, [words, pressed]) => {
      input.focus()
      document.execCommand('insertText', false, words)
      const event = { ...pressed, bubbles: true, cancelable: true }
      input.dispatchEvent(new KeyboardEvent('keydown', event))
      input.dispatchEvent(new KeyboardEvent('keyup', event))
    },
    [letters, key] as const,
  )

export const enter = { key: 'Enter', keyCode: 13 }
export const controlEnter = { ...enter, ctrlKey: true }
export const tab = { key: 'Tab', keyCode: 9 }
