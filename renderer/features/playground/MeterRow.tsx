import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { Glyph, type GlyphState } from '../../ui/Glyph.tsx'
import { type Answer, type AnswerState, isWriting } from './conversation.ts'
import { playgroundText } from './text.ts'

const answerGlyph: Record<AnswerState, GlyphState> = {
  waiting: 'queue',
  streaming: 'run',
  done: 'ok',
  stopped: 'stop',
  cut: 'lost',
  failed: 'fail',
}

type Props = {
  /** The latest answer; undefined: nothing was asked yet. */
  readonly answer: Answer | undefined
  /** Tokens that the deployment reads at most. */
  readonly contextLength: number | undefined
}

/** The figures of an answer, each in a place of its own from before the first word on: none moves another. */
export function MeterRow({ answer, contextLength }: Props) {
  const text = useText(playgroundText)
  // Until the engine has counted, several tokens may have come in one piece.
  const atLeast = answer && isWriting(answer) && answer.tokens === undefined ? '≥ ' : ''
  const used = answer?.promptTokens === undefined ? undefined : answer.promptTokens + answer.completionTokens
  return (
    <footer className="meter-row">
      <span className="st" role="status">
        {answer ? (
          <>
            <Glyph state={answerGlyph[answer.state]} quiet={answer.state === 'done'} size={11} />
            {text[answer.state]}
          </>
        ) : (
          text.notYet
        )}
      </span>
      <span>
        {text.firstToken} <b>{answer?.ttftMs === undefined ? '–' : number(answer.ttftMs)}</b> ms
      </span>
      <span>
        {text.rate} <b>{answer?.tokensPerSecond === undefined ? '–' : number(answer.tokensPerSecond, 1)}</b> tok/s
      </span>
      <span>
        {text.tokens} <b>{answer ? `${atLeast}${number(answer.completionTokens)}` : '–'}</b>
      </span>
      <span
        title={
          used === undefined || contextLength === undefined ? undefined : `${number(used)} / ${number(contextLength)}`
        }
      >
        {text.context} <b>{used === undefined ? '–' : number(used)}</b>
        {contextLength !== undefined && ` / ${number(contextLength)}`}
      </span>
    </footer>
  )
}
