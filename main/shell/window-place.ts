import type { ShellSettings } from './settings.ts'

type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
type Remembered = NonNullable<ShellSettings['window']>

/** The smallest window that the screens are made for, in device-independent pixels. */
export const smallestWindow = { width: 900, height: 600 }
const firstWindow = { width: 1440, height: 900 }
// So much of the title bar must be within reach of the mouse.
const reachable = { width: 120, height: 40 }

/**
 * Where the window goes: where it was, if that is still on a display, else the middle of the first one; never larger
 * than the display it lies on.
 * @param areas work areas of the displays, the primary one first; at least one
 */
export function placeWindow(
  remembered: Remembered | undefined,
  areas: readonly [Rectangle, ...Rectangle[]],
): Rectangle {
  const area = (remembered && areas.find(each => isReachable(remembered, each))) ?? areas[0]
  const width = Math.min(Math.max(remembered?.width ?? firstWindow.width, smallestWindow.width), area.width)
  const height = Math.min(Math.max(remembered?.height ?? firstWindow.height, smallestWindow.height), area.height)
  if (!remembered || !isReachable(remembered, area)) {
    return {
      x: area.x + Math.floor((area.width - width) / 2),
      y: area.y + Math.floor((area.height - height) / 2),
      width,
      height,
    }
  }
  return {
    x: clamp(remembered.x, area.x, area.x + area.width - width),
    y: clamp(remembered.y, area.y, area.y + area.height - height),
    width,
    height,
  }
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high))

function isReachable(window: Rectangle, area: Rectangle): boolean {
  const across = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x)
  return across >= reachable.width && window.y >= area.y - 1 && window.y + reachable.height <= area.y + area.height
}
