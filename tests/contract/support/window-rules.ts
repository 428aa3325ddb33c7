/**
 * What the desktop window's code may not say, because one word of it would undo what `resources/docs/adr/0010` promises:
 * Electron's defaults for pages stay as they are, every call of a page passes one guard, Chromium keeps its sandbox.
 */
import { isNode, lineOf, type Node, nameOf, treeOf, walk } from './syntax.ts'

type Rule = {
  readonly says: string
  /** Only in the window's own code, which alone may import electron: elsewhere these words mean other things. */
  readonly isForWindow: boolean
  readonly breaks: (node: Node, file: string) => boolean
}

/** All that a window may ask for; whatever else it could ask for is Electron's default, and safe. */
const allowedPreferences: ReadonlySet<string> = new Set(['preload', 'spellcheck', 'devTools'])
const preferences: ReadonlySet<string> = new Set([
  ...['nodeIntegration', 'nodeIntegrationInSubFrames', 'nodeIntegrationInWorker', 'contextIsolation', 'sandbox'],
  ...['webSecurity', 'allowRunningInsecureContent', 'experimentalFeatures', 'webviewTag', 'javascript', 'plugins'],
  ...['enableBlinkFeatures', 'disableBlinkFeatures', 'navigateOnDragDrop', 'enableWebSQL', 'safeDialogs'],
])
const allowedSwitches: ReadonlySet<string> = new Set(['disable-gpu', 'disable-software-rasterizer'])
const badSwitch =
  /\b(no-sandbox|no-zygote|single-process|disable-web-security|disable-site-isolation|ignore-certificate-errors|allow-running-insecure-content|unsafely-treat-insecure-origin|remote-debugging-p|disable-features|js-flags)/
/** Run code that is not in the bundle, look past certificates, or open what is not ours. */
const badCalls: ReadonlySet<string> = new Set([
  'eval',
  ...['executeJavaScript', 'executeJavaScriptInIsolatedWorld', 'insertCSS', 'setCertificateVerifyProc'],
  ...[
    'loadFile',
    'openPath',
    'setAsDefaultProtocolClient',
    'removeAsDefaultProtocolClient',
    'allowNTLMCredentialsForDomains',
  ],
  ...['registerFileProtocol', 'registerHttpProtocol', 'registerStringProtocol', 'registerBufferProtocol'],
])
const badWord =
  /^(certificate-error|select-client-certificate|ELECTRON_DISABLE_SECURITY_WARNINGS|@electron\/remote|allowpopups)$/
const windowClasses: ReadonlySet<string> = new Set(['BrowserWindow', 'BaseWindow', 'BrowserView', 'WebContentsView'])
/** What only one file may name, and which: each of them is a guard's place. */
const soleUserOf: ReadonlyMap<string, string> = new Map([
  ['ipcMain', 'main/shell/ipc.ts'],
  ['openExternal', 'main/shell/desktop-calls.ts'],
  ['exposeInMainWorld', 'preload/preload.ts'],
])
/** For a checkout alone, and never in the package: whoever is root there may say the word themselves, and it is read. */
const maySayNoSandbox: ReadonlySet<string> = new Set([
  'main/setup/window.mjs',
  'main/setup/start-flags.mjs',
  'main/entry/checkout.mjs',
])

const textOf = (node: Node): string =>
  node.type === 'Literal' && typeof node.value === 'string'
    ? node.value
    : node.type === 'TemplateElement'
      ? String((node.value as { readonly cooked?: string }).cooked ?? '')
      : ''
/** The name that is used, whether as `a.name`, `a['name']` or `name`. */
const calledName = (node: Node): string => {
  const callee = node.callee
  if (!isNode(callee)) return ''
  return callee.type === 'MemberExpression' ? nameOf(callee.property) : nameOf(callee)
}
const argumentsOf = (node: Node): readonly Node[] => (node.arguments as readonly Node[] | undefined) ?? []
const isKey = (node: Node): boolean => node.type === 'Property' || node.type === 'PropertyDefinition'

const fits = (preference: Node): boolean =>
  preference.type === 'Property' && preference.computed !== true && allowedPreferences.has(nameOf(preference.key))

const rules: readonly Rule[] = [
  {
    says: 'a window asks for nothing but its preload script, no spell checker and (not installed) the inspector',
    isForWindow: true,
    breaks: node => {
      if (!isKey(node) || nameOf(node.key) !== 'webPreferences') return false
      const value = node.value
      return !isNode(value) || value.type !== 'ObjectExpression' || !(value.properties as readonly Node[]).every(fits)
    },
  },
  {
    says: 'how a page is held stays as Electron has it',
    isForWindow: true,
    breaks: node =>
      (isKey(node) && preferences.has(nameOf(node.key))) ||
      (node.type === 'MemberExpression' && preferences.has(nameOf(node.property))),
  },
  {
    says: 'windows are made in one place',
    isForWindow: true,
    breaks: (node, file) =>
      node.type === 'NewExpression' && windowClasses.has(calledName(node)) && file !== 'main/shell/main-window.ts',
  },
  {
    says: 'what comes from electron keeps its name, so that these rules see it',
    isForWindow: true,
    breaks: node =>
      node.type === 'ImportDeclaration' &&
      nameOf(node.source) === 'electron' &&
      (node.specifiers as readonly Node[]).some(
        each => each.type !== 'ImportSpecifier' || nameOf(each.imported) !== nameOf(each.local),
      ),
  },
  {
    says: 'one file alone uses this',
    isForWindow: true,
    breaks: (node, file) =>
      (node.type === 'Identifier' || node.type === 'Literal') && (soleUserOf.get(nameOf(node)) ?? file) !== file,
  },
  {
    says: 'Chromium is told nothing but to keep off the GPUs',
    isForWindow: true,
    breaks: node =>
      node.type === 'CallExpression' &&
      ['appendSwitch', 'appendArgument'].includes(calledName(node)) &&
      !argumentsOf(node).every(each => allowedSwitches.has(textOf(each))),
  },
  {
    says: 'no code from a string, no certificate looked past, no file or program opened',
    isForWindow: true,
    breaks: node =>
      (node.type === 'CallExpression' && badCalls.has(calledName(node))) ||
      (node.type === 'NewExpression' && calledName(node) === 'Function'),
  },
  {
    says: 'the window shows one address',
    isForWindow: true,
    breaks: node =>
      node.type === 'CallExpression' &&
      calledName(node) === 'loadURL' &&
      argumentsOf(node).map(nameOf).join() !== 'homeUrl',
  },
  {
    says: "certificates are Chromium's business, its warnings are heard, and a page gets no hand into the shell",
    isForWindow: true,
    breaks: node => badWord.test(textOf(node) || nameOf(node)),
  },
  {
    says: 'no switch that weakens Chromium',
    isForWindow: false,
    breaks: (node, file) => badSwitch.test(textOf(node)) && !maySayNoSandbox.has(file),
  },
]

/** What a file of the product says against the rules: one line for each. */
export function windowFaults(file: string, source: string): readonly string[] {
  const found = new Set<string>()
  const isWindow = file.startsWith('main/shell/') || file.startsWith('preload/')
  const rulesHere = rules.filter(({ isForWindow }) => isWindow || !isForWindow)
  walk(treeOf(file, source), node => {
    for (const { says, breaks } of rulesHere)
      if (breaks(node, file)) found.add(`${file}:${lineOf(source, node.start)}: ${says}`)
    return undefined
  })
  return [...found]
}
