import { App } from 'antd'
import { said } from '../lib/backend-words.ts'
import { copyText } from '../lib/copy.ts'
import { failureOf } from '../lib/failure.ts'
import { dictionary, useText } from '../lib/i18n.ts'

const phrases = dictionary({ copied: ['Copied', '已复制'] })

/** Puts text on the clipboard and says so; a text that has to be read first may be a promise. Says why where it failed. */
export function useCopy(): (text: string | Promise<string>) => void {
  const words = useText(phrases)
  const { message } = App.useApp()
  return async text => {
    try {
      await copyText(await text)
      void message.success(words.copied)
    } catch (error) {
      void message.error(said(failureOf(error).message))
    }
  }
}
