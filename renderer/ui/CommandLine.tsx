import { App } from 'antd'
import { Copy } from 'lucide-react'
import { copyText } from '../lib/copy.ts'
import { dictionary, useText } from '../lib/i18n.ts'

const phrases = dictionary({
  copy: ['Copy the command', '复制命令'],
  copied: ['Copied', '已复制'],
})

/**
 * A whole command, to be read and copied, wherever one is offered. It breaks between its words, never within an option
 * such as `--scope`. A command that is only mentioned in a sentence stands there as `code`.
 */
export function CommandLine({ command }: { readonly command: string }) {
  const text = useText(phrases)
  const { message } = App.useApp()
  const copy = () =>
    void copyText(command).then(
      () => void message.success(text.copied),
      (error: unknown) => void message.error(String(error)),
    )
  return (
    <div className="cmd">
      <pre className="mono" dir="ltr">
        {command.split(/(\s+)/).map((part, index) =>
          part.trim() === '' ? (
            part
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same word may stand in a command twice.
            <span key={index}>{part}</span>
          ),
        )}
      </pre>
      <button type="button" className="icon" aria-label={text.copy} title={text.copy} onClick={copy}>
        <Copy size={13} />
      </button>
    </div>
  )
}
