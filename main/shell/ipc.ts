import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain, BrowserWindow as Windows } from 'electron'
import type * as z from 'zod'
import type { Log } from '../platform/log.ts'
import { isOurs } from './origin.ts'

/** Answers calls of the page under one name. The only way to listen to it; nothing else may use `ipcMain`. */
export type Handle = <Input>(
  channel: string,
  input: z.ZodType<Input>,
  act: (input: Input, window: BrowserWindow) => unknown,
) => void

/**
 * A call is answered only when it comes from the main frame of one of our windows while that shows one of our pages:
 * a frame inside the page, a foreign page or a frame that is already gone is refused, and the log says so.
 */
export const createHandle =
  (log: Log): Handle =>
  (channel, input, act) => {
    ipcMain.handle(channel, async (event, raw: unknown) => {
      const window = ourWindow(event)
      if (!window) {
        log.warn('a call of a foreign frame was refused', { channel, url: event.senderFrame?.url })
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
  return isOurs(senderFrame.url) ? (Windows.fromWebContents(sender) ?? undefined) : undefined
}
