import { useLayoutEffect } from 'react'
import { desktop } from '../lib/desktop.ts'
import { go } from '../lib/route.ts'
import { type Command, commands } from './commands.ts'
import { places } from './navigation.ts'

const sequenceMs = 900

/** The event as it stands on the keycaps of a command: `Ctrl Shift L`, `[`. */
function keysOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 && /[a-z]/i.test(event.key) ? event.key.toUpperCase() : event.key
  const isModified = event.ctrlKey || event.metaKey
  return [isModified && 'Ctrl', isModified && event.shiftKey && 'Shift', key].filter(Boolean).join(' ')
}

const byKeys = new Map(
  commands
    .filter((command): command is Command & { keys: string } => command.keys !== undefined)
    .map(command => [command.keys, command]),
)

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select, [contenteditable="true"], .cm-editor') !== null
const isInDialog = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[role="dialog"]') !== null

/** The page's main action and its filter are found by the marks that every screen gives them. An open dialog comes first. */
const mainAction = (): HTMLButtonElement | null => {
  const dialog = [...document.querySelectorAll('[role="dialog"]')].filter(each => each.checkVisibility()).at(-1)
  const place = dialog ?? document.querySelector('main')
  return place?.querySelector<HTMLButtonElement>('.ant-btn-primary:not(:disabled):not([aria-disabled="true"])') ?? null
}
const filter = () => document.querySelector<HTMLInputElement>('main input[data-filter], main [data-filter] input')

/** Letters by which something is looked for in a list: nothing is chosen by them yet, and Ctrl Enter does that first. */
const isSearching = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement && target.value !== '' && target.closest('.search-select') !== null

/**
 * Takes over what stands in the field that has the focus, as leaving it does: a number is brought into its bounds, a label
 * is added, a path is cleaned. What the page makes of it is drawn before the next microtask of ours runs.
 */
function takeOver(field: Element | null): void {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return
  field.blur()
  field.focus({ preventScroll: true })
}

/** Back and forward, as in a browser: the desktop window has nobody else to hear these keys. */
function stepOf({ key, altKey, ctrlKey, metaKey, shiftKey, target }: KeyboardEvent): number | undefined {
  if (!desktop || !altKey || ctrlKey || metaKey || shiftKey) return undefined
  // There, they move by words.
  if (desktop.platform === 'darwin' && isTyping(target)) return undefined
  return { ArrowLeft: -1, ArrowRight: 1 }[key]
}

/** Keys that work on every page. Letters alone do nothing while a person types, or while a dialog is open. */
export function useShortcuts(): void {
  // With the first frame, not behind it: what is seen answers to its keys.
  useLayoutEffect(() => {
    let goUntilMs = 0
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      const step = stepOf(event)
      if (step !== undefined) {
        event.preventDefault()
        return history.go(step)
      }
      if (event.altKey) return
      const keys = keysOf(event)
      const isModified = event.ctrlKey || event.metaKey
      const run = (act: () => void) => {
        event.preventDefault()
        act()
      }
      if (isModified) {
        const command = byKeys.get(keys)
        return command ? run(command.run) : undefined
      }
      if (isTyping(event.target) || isInDialog(event.target)) return
      // When the key was pressed, not when a busy page came to hear of it.
      if (event.timeStamp < goUntilMs) {
        goUntilMs = 0
        const place = places.find(({ letter }) => letter === keys)
        if (place) return run(() => go(place.page))
      }
      if (keys === 'G') {
        goUntilMs = event.timeStamp + sequenceMs
        return
      }
      if (keys === '/') {
        const input = filter()
        return input ? run(() => input.focus()) : undefined
      }
      const command = byKeys.get(keys)
      if (command) run(command.run)
    }
    // Before anything else hears it: a choice list takes every Enter for itself, and would open instead.
    const onMainAction = (event: KeyboardEvent) => {
      if (keysOf(event) !== 'Ctrl Enter' || event.altKey || event.isComposing || isSearching(event.target)) return
      event.preventDefault()
      event.stopPropagation()
      takeOver(document.activeElement)
      queueMicrotask(() => mainAction()?.click())
    }
    addEventListener('keydown', onMainAction, { capture: true })
    addEventListener('keydown', onKeyDown)
    return () => {
      removeEventListener('keydown', onMainAction, { capture: true })
      removeEventListener('keydown', onKeyDown)
    }
  }, [])
}
