import '../inference/inference.css'
import { useQuery } from '@tanstack/react-query'
import { Modal } from 'antd'
import { api } from '../../lib/client.ts'
import { useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { CodeBlock, TurnOn } from '../inference/CallTab.tsx'
import { requestExamples } from '../inference/call-examples.ts'
import type { AnswerRequest } from './stream-answer.ts'
import { bodyOf, pathOf } from './stream-answer.ts'
import { codeText } from './text.ts'

type Props = {
  /** What would be sent now; undefined while nobody can be asked. */
  readonly request: AnswerRequest | undefined
  readonly onClose: () => void
}

/** The request of this conversation with all its settings, to be pasted into a program. */
export function CodeDialog({ request, onClose }: Props) {
  const text = useText(codeText)
  const address = useQuery(api.system.status.queryOptions({ input: {} })).data?.address
  return (
    <Modal open width={760} title={text.title} footer={null} onCancel={onClose}>
      <div className="code-dialog">
        {!request ? (
          <p className="dim">{text.none}</p>
        ) : address === undefined ? (
          <>
            <p>{text.off}</p>
            <div className="acts">
              <TurnOn />
            </div>
          </>
        ) : (
          <>
            <p className="sub">
              {`${text.key} `}
              <a className="link" href={hrefTo('keys', { dialog: 'new', scope: 'inference' })}>
                {text.makeKey}
              </a>
            </p>
            {requestExamples({ address, path: pathOf(request), body: bodyOf(request) }).map(({ key, title, code }) => (
              <CodeBlock key={key} title={title} code={code} />
            ))}
          </>
        )}
      </div>
    </Modal>
  )
}
