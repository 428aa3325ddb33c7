import { useQuery } from '@tanstack/react-query'
import type { EvaluationDetail } from '../../../main/contract/evaluation.ts'
import { api } from '../../lib/client.ts'
import { duration, number, percent } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { useView } from '../../lib/view.ts'
import { ProgressLine, Section } from '../../ui/bits.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import { objectProgress } from './object-progress.ts'
import { ObjectMark } from './objects.tsx'
import { progressText } from './text.ts'

/** How far each object is, how fast, and when it will be through. */
export function Progress({ evaluation }: { readonly evaluation: EvaluationDetail }) {
  const text = useText(progressText)
  const language = useView(view => view.language)
  const { jobId, objects, rows } = evaluation
  const job = useQuery({
    ...api.jobs.show.queryOptions({ input: { id: jobId ?? '' } }),
    enabled: jobId !== undefined,
  }).data
  const progress = job?.progress
  const left = progress?.secondsLeft
  return (
    <Section title={text.title} side={left !== undefined && <small>{text.leftAll(duration(left, language))}</small>}>
      {job?.queuePosition !== undefined && <p className="sub">{text.queued(job.queuePosition)}</p>}
      <ul className="object-progress">
        {objectProgress(objects.length, rows, progress).map(({ done, state, ratePerSecond, secondsLeft }, index) => (
          <li key={objects[index]?.name}>
            <Glyph state={state === 'done' ? 'ok' : state === 'runs' ? 'run' : 'queue'} quiet={state === 'done'} />
            <span className="nm">
              <ObjectMark index={index} />
              <span className="ell" dir="auto" title={objects[index]?.name}>
                {objects[index]?.name}
              </span>
            </span>
            <ProgressLine share={rows > 0 ? done / rows : undefined} label={objects[index]?.name ?? ''} />
            <b>{rows > 0 ? percent(done / rows, 0) : ''}</b>
            <span className="fig">
              {state === 'waits' && text.waits}
              {state === 'done' && text.done}
              {state === 'runs' && (done === 0 ? text.loading : text.rows(number(done), number(rows)))}
            </span>
            <span className="fig">{ratePerSecond !== undefined && text.rate(number(ratePerSecond, 1))}</span>
            <span className="fig">{secondsLeft !== undefined && text.left(duration(secondsLeft, language))}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}
