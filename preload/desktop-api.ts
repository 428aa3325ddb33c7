/**
 * What the desktop window offers to the page beyond the web: `window.slipwayDesktop`, absent in a browser. Only types and
 * plain lists, no `electron`: the renderer, the preload script and the shell read the same file.
 */

/** One line of a file dialog's type list, such as `{ name: 'Models', extensions: ['gguf', 'safetensors'] }`. */
export type FileKind = {
  readonly name: string
  /** Without dots; `['*']` for every file. */
  readonly extensions: readonly string[]
}

export type OpenFilesOptions = {
  readonly title?: string
  readonly buttonLabel?: string
  /** Where the dialog starts: a folder, or a file that is then chosen. */
  readonly defaultPath?: string
  readonly kinds?: readonly FileKind[]
  /** Several files may be chosen. */
  readonly multiple?: boolean
}

export type OpenFolderOptions = {
  readonly title?: string
  readonly buttonLabel?: string
  readonly defaultPath?: string
}

export type SaveFileOptions = {
  readonly title?: string
  readonly buttonLabel?: string
  /** A file name that is proposed, or a whole path. */
  readonly defaultPath?: string
  readonly kinds?: readonly FileKind[]
}

/** What the native menu, the tray and notifications ask the page to do. The page's command table knows each by this name. */
export const desktopCommands = [
  'palette',
  'settings',
  'shortcuts',
  'jobs',
  'theme.toggle',
  'rail.toggle',
  'go.back',
  'go.forward',
  'go.home',
  'go.models',
  'go.datasets',
  'go.training',
  'go.evaluations',
  'go.deployments',
  'go.playground',
  'go.environments',
  'go.resources',
  'models.import',
  'datasets.import',
] as const
export type DesktopCommand = (typeof desktopCommands)[number]

export const desktopLanguages = ['en', 'zh-CN'] as const
export type DesktopLanguage = (typeof desktopLanguages)[number]

export const desktopThemes = ['system', 'dark', 'light'] as const
export type DesktopTheme = (typeof desktopThemes)[number]

/** Ends a subscription. */
export type Unsubscribe = () => void

/**
 * The frozen object at `window.slipwayDesktop`. Paths are absolute and of this machine; the page hands them to the
 * backend, which is the one that reads files. Every promise rejects with an `Error` when the shell refuses the call.
 */
export type SlipwayDesktop = {
  readonly platform: 'linux' | 'darwin' | 'win32'
  /** The native dialog for existing files; empty when the user changed their mind. */
  readonly openFiles: (options?: OpenFilesOptions) => Promise<readonly string[]>
  /** The native dialog for an existing folder; undefined when the user changed their mind. */
  readonly openFolder: (options?: OpenFolderOptions) => Promise<string | undefined>
  /** The native dialog for a file to write, which asks before an existing one is chosen. Nothing is written by it. */
  readonly saveFile: (options?: SaveFileOptions) => Promise<string | undefined>
  /** Where a dropped or picked file or folder lies; empty for a `File` that was made by a script. */
  readonly pathOfFile: (file: File) => string
  /**
   * Files that were opened from outside: a double click in the file manager, a second start with paths. Those that came
   * before anyone listened are delivered at once.
   */
  readonly onOpenFiles: (callback: (paths: readonly string[]) => void) => Unsubscribe
  /** Commands from the native menu, the tray and notifications. */
  readonly onCommand: (callback: (command: DesktopCommand) => void) => Unsubscribe
  /** Shows a file or folder in the file manager. Nothing is opened or run. */
  readonly showItemInFolder: (path: string) => Promise<void>
  /** Puts text on the clipboard: the web's own way is a permission, and the window gives no page any. */
  readonly copyText: (text: string) => Promise<void>
  /** A small number on the app's icon where the platform has one; 0 removes it. Range 0 to 9999. */
  readonly setBadge: (count: number) => Promise<void>
  /** The language of native menus, dialogs, tray and notifications; remembered for the next start. */
  readonly setLanguage: (language: DesktopLanguage) => Promise<void>
  /** The theme of native parts and of the window before the page paints; remembered for the next start. */
  readonly setTheme: (theme: DesktopTheme) => Promise<void>
}

/** The exact keys of `window.slipwayDesktop`; a test compares the real object with them. */
export const desktopKeys = [
  'platform',
  'openFiles',
  'openFolder',
  'saveFile',
  'pathOfFile',
  'onOpenFiles',
  'onCommand',
  'showItemInFolder',
  'copyText',
  'setBadge',
  'setLanguage',
  'setTheme',
] as const satisfies readonly (keyof SlipwayDesktop)[]
