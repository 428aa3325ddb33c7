import { Copy } from 'lucide-react'
import { dictionary, useText } from '../lib/i18n.ts'
import { useCopy } from './use-copy.ts'

const phrases = dictionary({ copy: ['Copy the command', '复制命令'] })

/**
 * A whole command, to be read and copied, wherever one is offered. It breaks between its words, never within an option
 * such as `--scope`. A command that is only mentioned in a sentence stands there as `code`.
 */
export function CommandLine({ command }: { readonly command: string }) {
  const text = useText(phrases)
  const copy = useCopy()
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
      <button type="button" className="icon" aria-label={text.copy} title={text.copy} onClick={() => copy(command)}>
        <Copy size={13} />
      </button>
    </div>
  )
}
