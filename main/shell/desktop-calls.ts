import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { app, type BrowserWindow, clipboard, dialog, type OpenDialogOptions, shell } from 'electron'
import * as z from 'zod'
import {
  type DesktopLanguage,
  type DesktopTheme,
  desktopLanguages,
  desktopThemes,
  type FileKind,
} from '../../preload/desktop-api.ts'
import type { Handle } from './ipc.ts'
import { mayOpenOutside } from './origin.ts'

const Text = z.string().max(300)
const Path = z.string().min(1).max(4096)
const Kinds = z.array(z.object({ name: Text, extensions: z.array(z.string().max(30)).min(1).max(50) })).max(20)
const FolderOptions = z.object({
  title: Text.optional(),
  buttonLabel: Text.optional(),
  defaultPath: Path.optional(),
})
const SaveOptions = FolderOptions.extend({ kinds: Kinds.optional() })
const FilesOptions = SaveOptions.extend({ multiple: z.boolean().optional() })

type Deps = {
  readonly handle: Handle
  readonly setLanguage: (language: DesktopLanguage) => void
  readonly setTheme: (theme: DesktopTheme) => void
}

/** Answers the functions of `window.slipwayDesktop` that need the shell. */
export function answerDesktopCalls({ handle, setLanguage, setTheme }: Deps): void {
  handle('slipway:openFiles', FilesOptions.default({}), ({ kinds, multiple, ...options }, window) =>
    chosen(window, {
      ...given(options),
      ...filters(kinds),
      properties: multiple ? ['openFile', 'multiSelections'] : ['openFile'],
    }),
  )
  handle('slipway:openFolder', FolderOptions.default({}), async (options, window) => {
    const [folder] = await chosen(window, { ...given(options), properties: ['openDirectory', 'createDirectory'] })
    return folder
  })
  handle('slipway:saveFile', SaveOptions.default({}), async ({ kinds, ...options }, window) => {
    const properties = ['createDirectory', 'showOverwriteConfirmation'] as const
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      ...given(options),
      ...filters(kinds),
      properties: [...properties],
    })
    return canceled || filePath === '' ? undefined : filePath
  })
  handle('slipway:showItemInFolder', Path, path => {
    // Only shown, never opened; a path that is not there would open the file manager at a place of its own choice.
    if (!isAbsolute(path) || !existsSync(path)) throw new Error(`${path} is not there.`)
    shell.showItemInFolder(path)
  })
  handle('slipway:copyText', z.string().max(16_000_000), text => clipboard.writeText(text))
  handle('slipway:setBadge', z.number().int().min(0).max(9999), count => void app.setBadgeCount(count))
  handle('slipway:setLanguage', z.enum(desktopLanguages), setLanguage)
  handle('slipway:setTheme', z.enum(desktopThemes), setTheme)
  handle('slipway:openOutside', z.string().max(2048), async url => {
    if (!mayOpenOutside(url)) throw new Error('Only https: and mailto: addresses are opened outside.')
    await shell.openExternal(url)
  })
}

async function chosen(window: BrowserWindow, options: OpenDialogOptions): Promise<readonly string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, options)
  return canceled ? [] : filePaths
}

type Options = z.output<typeof FolderOptions>
// An option that was not given must not be there at all: Electron reads `undefined` as a wrong value.
const given = ({ title, buttonLabel, defaultPath }: Options) => ({
  ...(title !== undefined && { title }),
  ...(buttonLabel !== undefined && { buttonLabel }),
  ...(defaultPath !== undefined && { defaultPath }),
})
const filters = (kinds: readonly FileKind[] | undefined) =>
  kinds ? { filters: kinds.map(({ name, extensions }) => ({ name, extensions: [...extensions] })) } : {}
