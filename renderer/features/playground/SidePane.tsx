import type { UseQueryResult } from '@tanstack/react-query'
import { Select } from 'antd'
import { useLayoutEffect, useRef } from 'react'
import type { Outputs } from '../../../main/contract/index.ts'
import type { Deployment } from '../../../main/contract/inference.ts'
import { middle } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { go } from '../../lib/route.ts'
import { Glyph } from '../../ui/Glyph.tsx'
import { OptionLine } from '../../ui/OptionLine.tsx'
import { deploymentGlyph, deploymentStateText, servedName } from '../inference/deployment-words.ts'
import { AnswerView } from './AnswerView.tsx'
import { type Answer, type Conversation, isWriting, type Side } from './conversation.ts'
import type { Answerers } from './conversations.ts'
import { MeterRow } from './MeterRow.tsx'
import { PaneNote } from './PaneNote.tsx'
import { conversations } from './playground-store.ts'
import { Question } from './Question.tsx'
import { playgroundText } from './text.ts'

type Props = {
  readonly side: Side
  readonly conversation: Conversation
  readonly deployments: UseQueryResult<Outputs['inference']['list']>
  readonly answerers: Answerers
  readonly onChoose: (name: string) => void
}

/** One column: which deployment answers, the turns, and the figures of its latest answer. */
export function SidePane({ side, conversation, deployments, answerers, onChoose }: Props) {
  const text = useText(playgroundText)
  const { turns, deployments: chosen } = conversation
  const name = chosen[side]
  const deployment = deployments.data?.items.find(each => each.name === name)
  const latest = turns.at(-1)?.answers[side]
  const box = useFollowing(latest)
  return (
    <section className="chat col" aria-label={name ?? text.choose}>
      <header>
        <i className={`ab ab-${side}`} aria-hidden>
          {side.toUpperCase()}
        </i>
        <DeploymentSelect value={name} known={deployments.data?.items ?? []} onChange={onChoose} />
        {deployment && (
          <span className="dim ell" dir="auto" title={servedName(deployment)}>
            {servedName(deployment)}
          </span>
        )}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className="scroll grow turns" ref={box} tabIndex={0} role="log" aria-label={name ?? text.choose}>
        {turns.map((turn, index) => (
          <div key={turn.id} className="turn-pair">
            <Question
              id={`${turn.id}.${side}`}
              question={turn.question}
              isBusy={isWriting(turn.answers.a) || isWriting(turn.answers.b)}
              later={turns.length - 1 - index}
              onAskAgain={question => conversations.askInstead(conversation.id, turn.id, question, answerers)}
              conversation={conversation}
            />
            <AnswerView
              answer={turn.answers[side]}
              label={turn.answers[side]?.deployment ?? name ?? ''}
              onAgain={
                answerers[side] &&
                (() => {
                  const answerer = answerers[side]
                  if (answerer) conversations.answerAgain(conversation.id, turn.id, side, answerer)
                })
              }
            />
          </div>
        ))}
        <PaneNote
          name={name}
          deployment={deployment}
          deployments={deployments}
          hasTurns={turns.length > 0}
          onDeployed={onChoose}
        />
      </div>
      {(deployment || latest || deployments.isPending) && (
        <MeterRow answer={latest} contextLength={deployment?.contextLength} />
      )}
    </section>
  )
}

type SelectProps = {
  readonly value: string | undefined
  readonly known: readonly Deployment[]
  readonly onChange: (name: string) => void
}
const deployOther = '\u0000deploy'

function DeploymentSelect({ value, known, onChange }: SelectProps) {
  const text = useText(playgroundText)
  const states = useText(deploymentStateText)
  const byName = new Map(known.map(each => [each.name as string, each]))
  const names =
    value === undefined || value === '' || byName.has(value) ? [...byName.keys()] : [value, ...byName.keys()]
  return (
    <Select
      variant="borderless"
      className="deployment-select"
      popupMatchSelectWidth={320}
      aria-label={text.choose}
      placeholder={text.choose}
      value={value || null}
      showSearch={{ optionFilterProp: 'label' }}
      onChange={(next: string) => (next === deployOther ? go('deployments', { dialog: 'new' }) : onChange(next))}
      options={[...names.map(name => ({ value: name, label: name })), { value: deployOther, label: text.deployOther }]}
      labelRender={({ label }) => <span dir="auto">{middle(String(label), 32)}</span>}
      optionRender={({ value: name, label }) => {
        const deployment = byName.get(String(name))
        return deployment ? (
          <OptionLine
            glyph={<Glyph state={deploymentGlyph[deployment.state]} label={states[deployment.state]} />}
            name={deployment.name}
            note={deployment.state === 'serving' ? servedName(deployment) : states[deployment.state]}
          />
        ) : (
          label
        )
      }}
    />
  )
}

// How far from the end a person may have scrolled and still be following.
const nearPx = 48

/** Keeps the end of what is being written in view, unless the reader has scrolled away. */
function useFollowing(latest: Answer | undefined) {
  const box = useRef<HTMLDivElement>(null)
  const isFollowing = useRef(true)
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const read = () => {
      isFollowing.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearPx
    }
    element.addEventListener('scroll', read, { passive: true })
    return () => element.removeEventListener('scroll', read)
  }, [])
  useLayoutEffect(() => {
    const element = box.current
    if (element && (isFollowing.current || latest?.state === 'waiting')) element.scrollTop = element.scrollHeight
  }, [latest])
  return box
}
