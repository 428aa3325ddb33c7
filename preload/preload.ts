import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { DesktopCommand, SlipwayDesktop } from './desktop-api.ts'

/** Keeps what comes before anyone listens, and hands over values only: the page never sees an IPC event. */
function inbox<Message>(channel: string) {
  const callbacks = new Set<(message: Message) => void>()
  let waiting: Message[] = []
  ipcRenderer.on(channel, (_event, message: Message) => {
    if (callbacks.size === 0) waiting.push(message)
    for (const callback of callbacks) callback(message)
  })
  return (callback: (message: Message) => void) => {
    callbacks.add(callback)
    const early = waiting
    waiting = []
    for (const message of early) callback(message)
    return () => void callbacks.delete(callback)
  }
}

const platform = process.platform
const desktop: SlipwayDesktop = Object.freeze({
  platform: platform === 'darwin' || platform === 'win32' ? platform : 'linux',
  openFiles: options => ipcRenderer.invoke('slipway:openFiles', options),
  openFolder: options => ipcRenderer.invoke('slipway:openFolder', options),
  saveFile: options => ipcRenderer.invoke('slipway:saveFile', options),
  pathOfFile: file => webUtils?.getPathForFile(file) ?? (file as File & { readonly path?: string }).path ?? '',
  onOpenFiles: inbox<readonly string[]>('slipway:files'),
  onCommand: inbox<DesktopCommand>('slipway:command'),
  showItemInFolder: path => ipcRenderer.invoke('slipway:showItemInFolder', path),
  copyText: text => ipcRenderer.invoke('slipway:copyText', text),
  setBadge: count => ipcRenderer.invoke('slipway:setBadge', count),
  setLanguage: language => ipcRenderer.invoke('slipway:setLanguage', language),
  setTheme: theme => ipcRenderer.invoke('slipway:setTheme', theme),
} satisfies SlipwayDesktop)
contextBridge.exposeInMainWorld('slipwayDesktop', desktop)

// Links to other sites open in the system's browser after a real click of a person: `isTrusted` cannot be had by a
// script, and the shell allows only https: and mailto:.
addEventListener(
  'click',
  event => {
    const link = event.isTrusted && event.target instanceof Element ? event.target.closest('a[href]') : null
    if (!(link instanceof HTMLAnchorElement) || !/^(https?|mailto):$/.test(link.protocol)) return
    event.preventDefault()
    void ipcRenderer.invoke('slipway:openOutside', link.href)
  },
  { capture: true },
)
