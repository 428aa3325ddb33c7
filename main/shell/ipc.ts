import { BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron'
import type * as z from 'zod'
import type { Log } from '../platform/log.ts'
import { isOurs, placeOf } from './origin.ts'
import type { Refusal } from './refusals.ts'

/** Answers calls of the page under one name. The only way to listen to it; nothing else may use `ipcMain`. */
export type Handle = <Input>(
  channel: string,
  input: z.ZodType<Input>,
  act: (input: Input, window: BrowserWindow) => unknown,
) => void

type Deps = {
  readonly log: Log
  /** Told of every call that was refused for where it came from. */
  readonly refused: (refusal: Refusal) => void
}

/**
 * A call is answered only when it comes from the main frame of one of our windows while that shows one of our pages:
 * a frame inside the page, a foreign page or a frame that is already gone is refused, and that is recorded.
 */
export const createHandle =
  ({ log, refused }: Deps): Handle =>
  (channel, input, act) => {
    ipcMain.handle(channel, async (event, raw: unknown) => {
      const window = ourWindow(event)
      if (!window) {
        const frame = placeOf(event.senderFrame?.url)
        log.warn('a call of a foreign frame was refused', { channel, frame })
        refused({ channel, frame })
        throw new Error(`${channel} is only for the workstation's own page.`)
      }
      const parsed = input.safeParse(raw)
      if (!parsed.success) {
        log.warn('a call of the page does not fit', { channel, issues: parsed.error.issues.length })
        throw new Error(`${channel}: ${parsed.error.issues[0]?.message ?? 'the input does not fit'}`)
      }
      return await act(parsed.data, window)
    })
  }

function ourWindow({ senderFrame, sender }: IpcMainInvokeEvent): BrowserWindow | undefined {
  if (!senderFrame || senderFrame.parent !== null) return undefined
  return isOurs(senderFrame.url) ? (BrowserWindow.fromWebContents(sender) ?? undefined) : undefined
}
