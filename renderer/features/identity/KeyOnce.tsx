import { useQuery } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../lib/client.ts'
import { copyText } from '../../lib/copy.ts'
import { useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { CommandLine } from '../../ui/CommandLine.tsx'
import { keysText } from './text.ts'

type Props = { readonly secret: string; readonly onClose: () => void }

/** A new key's secret, for the only time, with a line that tries it. */
export function KeyOnce({ secret, onClose }: Props) {
  const text = useText(keysText)
  const [isCopied, setIsCopied] = useState(false)
  const address = useQuery(api.system.status.queryOptions({ input: {} })).data?.address
  const copy = async () => {
    await copyText(secret)
    setIsCopied(true)
  }
  return (
    <Modal
      open
      title={text.once}
      width={640}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {text.done}
        </Button>
      }
    >
      <div className="key-form">
        <p>{text.onceWhy}</p>
        <div className="key-secret">
          <output className="mono" aria-label={text.once}>
            {secret}
          </output>
          <Button autoFocus icon={isCopied ? <Check size={14} /> : <Copy size={14} />} onClick={() => void copy()}>
            {isCopied ? text.copied : text.copy}
          </Button>
        </div>
        {address === undefined ? (
          <p className="sub">
            {text.noPort}{' '}
            <a className="link" href={hrefTo('settings', { section: 'api' })}>
              {text.settings}
            </a>
          </p>
        ) : (
          <>
            <p className="sub">{text.try}</p>
            <CommandLine command={`curl ${address}/v1/models -H "Authorization: Bearer $SLIPWAY_KEY"`} />
          </>
        )}
      </div>
    </Modal>
  )
}
