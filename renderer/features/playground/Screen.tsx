import './playground.css'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { CodeXml, Columns2, PanelLeft, SlidersHorizontal, Square, SquarePen } from 'lucide-react'
import { useState } from 'react'
import type { Deployment } from '../../../main/contract/inference.ts'
import { api } from '../../lib/client.ts'
import { useText } from '../../lib/i18n.ts'
import { setQuery, useRoute } from '../../lib/route.ts'
import { useWidth } from '../../lib/width.ts'
import { Page } from '../../ui/Page.tsx'
import { CodeDialog } from './CodeDialog.tsx'
import { Composer } from './Composer.tsx'
import { ConversationList } from './ConversationList.tsx'
import { type Conversation, type Side, sides, titleOf, withQuestion } from './conversation.ts'
import { type Answerer, type Answerers, requestOf } from './conversations.ts'
import { Parameters } from './Parameters.tsx'
import { conversations } from './playground-store.ts'
import { SidePane } from './SidePane.tsx'
import { playgroundText } from './text.ts'
import { useCurrentConversation } from './use-current.ts'
import { VoteBar } from './VoteBar.tsx'

const most = 1_000
/** Below this, the parameters would leave no room for two answers. */
const roomyPx = 1_100

const answererOf = ({ name, model, adapter, hasChatTemplate, contextLength }: Deployment): Answerer => ({
  name,
  model: adapter ? `${model.name} + ${adapter.name}` : model.name,
  hasChatTemplate: hasChatTemplate ?? true,
  contextLength: contextLength ?? 4_096,
})

/** Talks to one deployment, or to two side by side. */
export function Screen() {
  const text = useText(playgroundText)
  const conversation = useCurrentConversation()
  const width = useWidth()
  const { query } = useRoute()
  const hasList = query.list === '1'
  const [hasParameters, setHasParameters] = useState(width >= roomyPx)
  const deployments = useQuery(api.inference.list.queryOptions({ input: { limit: most } }))
  if (!conversation)
    return (
      <Page title={text.title}>
        <div aria-busy className="grow" />
      </Page>
    )
  const known = deployments.data?.items ?? []
  const shown = withUsual(conversation, known)
  const isTwo = shown.deployments.b !== undefined
  const change = (part: (before: Conversation) => Conversation) => conversations.change(conversation.id, part)
  const choose = (side: Side, name: string | undefined) =>
    change(before => {
      const { [side]: _before, ...others } = shown.deployments
      return { ...before, deployments: name === undefined ? others : { ...others, [side]: name } }
    })
  const answerers = answerersOf(shown, known)
  return (
    <Page
      crumb={titleOf(conversation) === '' ? undefined : <a href="#/playground">{text.title}</a>}
      title={
        titleOf(conversation) === '' ? (
          text.title
        ) : (
          <span className="ell" dir="auto" title={titleOf(conversation)}>
            {titleOf(conversation)}
          </span>
        )
      }
      actions={
        <>
          <Button
            icon={<PanelLeft size={14} />}
            aria-label={text.conversations}
            title={text.conversations}
            aria-expanded={hasList}
            onClick={() => setQuery({ list: hasList ? undefined : '1' })}
          />
          <Button
            icon={isTwo ? <Square size={14} /> : <Columns2 size={14} />}
            onClick={() => choose('b', isTwo ? undefined : (otherThan(shown.deployments.a, known) ?? ''))}
          >
            {isTwo ? text.compareOff : text.compare}
          </Button>
          <Button
            icon={<SquarePen size={14} />}
            onClick={() => setQuery({ c: conversations.start({ ...conversation, deployments: shown.deployments }).id })}
          >
            {text.newConversation}
          </Button>
          <Button
            icon={<CodeXml size={14} />}
            aria-label={text.code}
            title={text.code}
            onClick={() => setQuery({ dialog: 'code' })}
          />
          <Button
            icon={<SlidersHorizontal size={14} />}
            aria-label={text.parameters}
            title={text.parameters}
            aria-expanded={hasParameters}
            onClick={() => setHasParameters(!hasParameters)}
          />
        </>
      }
    >
      {hasList && <ConversationList currentId={conversation.id} onClose={() => setQuery({ list: undefined })} />}
      <div className="col grow">
        <div className={isTwo ? 'duo' : 'duo one'} aria-busy={deployments.isPending || undefined}>
          {sides.map(side =>
            side === 'a' || isTwo ? (
              <SidePane
                key={side}
                side={side}
                conversation={shown}
                deployments={deployments}
                answerers={answerers}
                onChoose={name => choose(side, name)}
              />
            ) : null,
          )}
        </div>
        {isTwo && <VoteBar conversation={shown} />}
        <Composer conversation={shown} answerers={answerers} />
      </div>
      {hasParameters && <Parameters conversation={shown} onChange={change} />}
      {query.dialog === 'code' && (
        <CodeDialog request={nextRequest(shown, answerers)} onClose={() => setQuery({ dialog: undefined })} />
      )}
    </Page>
  )
}

/** A conversation that names no deployment is shown with the one that serves. */
function withUsual(conversation: Conversation, known: readonly Deployment[]): Conversation {
  if (conversation.deployments.a !== undefined) return conversation
  const usual = known.find(({ state }) => state === 'serving') ?? known[0]
  return usual ? { ...conversation, deployments: { ...conversation.deployments, a: usual.name } } : conversation
}

/** The latest question once more, or a first one, as it would be sent now. */
function nextRequest(conversation: Conversation, { a, b }: Answerers) {
  const side: Side = a ? 'a' : 'b'
  const answerer = a ?? b
  if (!answerer) return undefined
  const last = conversation.turns.at(-1)
  const asked = last ? conversation : withQuestion(conversation, 'example', 'Hello')
  return requestOf(asked, last?.id ?? 'example', side, answerer)
}

const otherThan = (name: string | undefined, known: readonly Deployment[]): string | undefined =>
  (known.find(each => each.name !== name && each.state === 'serving') ?? known.find(each => each.name !== name))?.name

function answerersOf({ deployments }: Conversation, known: readonly Deployment[]): Answerers {
  const of = (name: string | undefined): Answerer | undefined => {
    const found = known.find(each => each.name === name)
    return found?.state === 'serving' ? answererOf(found) : undefined
  }
  const a = of(deployments.a)
  const b = of(deployments.b)
  return { ...(a && { a }), ...(b && { b }) }
}
