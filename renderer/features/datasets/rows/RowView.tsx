import { Segmented } from 'antd'
import { useState } from 'react'
import type { DatasetKind } from '../../../../main/contract/dataset-rows.ts'
import { figure, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { Chip } from '../../../ui/bits.tsx'
import { type Message, messagesOf, type RowData } from './row-text.ts'
import { rowsText } from './text.ts'

type Props = { readonly kind: DatasetKind /** From 0. */; readonly row: number; readonly data: RowData }

/** One row in full: as a conversation, or as it is stored. */
export function RowView({ kind, row, data }: Props) {
  const text = useText(rowsText)
  const [view, setView] = useState<'readable' | 'source'>('readable')
  return (
    <>
      <div className="toolbar tight">
        <b>{text.rowNumber(number(row + 1))}</b>
        {kind === 'sft' && <span className="count">{text.turns(number(messagesOf(data.messages).length))}</span>}
        <span className="grow" />
        <Segmented
          size="small"
          value={view}
          onChange={setView}
          options={[
            { value: 'readable', label: text.readable },
            { value: 'source', label: text.source },
          ]}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <div className="scroll grow row-body" tabIndex={0}>
        {view === 'source' ? (
          <pre className="mono row-source" dir="auto">
            {JSON.stringify(data, undefined, 2)}
          </pre>
        ) : (
          <Readable kind={kind} data={data} />
        )}
      </div>
    </>
  )
}

export function Readable({ kind, data }: { readonly kind: DatasetKind; readonly data: RowData }) {
  const text = useText(rowsText)
  if (kind === 'text')
    return (
      <div className="row-turn-text" dir="auto">
        {typeof data.text === 'string' ? data.text : ''}
      </div>
    )
  const responses = Array.isArray(data.responses) ? (data.responses as readonly unknown[]) : []
  return (
    <>
      {data.tools !== undefined && (
        <Turn who={text.tools}>
          <pre className="mono">{JSON.stringify(data.tools, undefined, 2)}</pre>
        </Turn>
      )}
      <Turns messages={messagesOf(data.messages)} />
      {data.chosen !== undefined && <Answer title={text.chosen} tone="ok" value={data.chosen} />}
      {data.rejected !== undefined && <Answer title={text.rejected} tone="err" value={data.rejected} />}
      {data.completion !== undefined && (
        <Answer
          title={data.label === true ? text.good : text.bad}
          tone={data.label === true ? 'ok' : 'err'}
          value={data.completion}
        />
      )}
      {responses.map((response, index) => {
        const { content, score } = (typeof response === 'object' && response !== null ? response : {}) as {
          content?: unknown
          score?: unknown
        }
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: answers of a row have nothing but their place.
          <Turn key={index} who={typeof score === 'number' ? figure(score) : text.answer}>
            {typeof content === 'string' ? content : ''}
          </Turn>
        )
      })}
    </>
  )
}

type AnswerProps = { readonly title: string; readonly tone: 'ok' | 'err'; readonly value: unknown }
const Answer = ({ title, tone, value }: AnswerProps) => (
  <section className="row-answer">
    <Chip tone={tone}>{title}</Chip>
    {typeof value === 'string' ? <Turn who="assistant">{value}</Turn> : <Turns messages={messagesOf(value)} />}
  </section>
)

function Turns({ messages }: { readonly messages: readonly Message[] }) {
  const text = useText(rowsText)
  return messages.map((message, index) => (
    <Turn
      // biome-ignore lint/suspicious/noArrayIndexKey: the turns of a stored row never change their places.
      key={index}
      who={message.role}
      note={message.weight === undefined ? undefined : text.weight(figure(message.weight))}
    >
      {message.content}
      {message.toolCalls !== undefined && <pre className="mono">{JSON.stringify(message.toolCalls, undefined, 2)}</pre>}
    </Turn>
  ))
}

type TurnProps = {
  /** Whose turn it is, such as user. */ readonly who: string
  readonly note?: string | undefined
  readonly children: React.ReactNode
}
const Turn = ({ who, note, children }: TurnProps) => (
  <div className={who === 'assistant' ? 'row-turn mine' : 'row-turn'}>
    <p className="row-turn-role mono">
      {who} {note !== undefined && <Chip>{note}</Chip>}
    </p>
    <div className="row-turn-text" dir="auto">
      {children}
    </div>
  </div>
)
