import type { RenderedRow } from '../../../../main/contract/dataset-checks.ts'
import { runsOf } from './runs-of.ts'

/** A rendered row: what teaches is marked, template tokens are boxed; by token, every second one is shaded. */
export function Rendering({ row, isByToken }: { readonly row: RenderedRow; readonly isByToken: boolean }) {
  return (
    <div className={isByToken ? 'rend v2' : 'rend'} dir="auto">
      {runsOf(row).map((run, index) => {
        // biome-ignore-start lint/suspicious/noArrayIndexKey: the tokens of a rendered row have nothing but their place.
        if (run.kind === 'special')
          return (
            <span key={index} className={run.isLearned ? 'tpl learned' : 'tpl'}>
              {run.texts.join('')}
            </span>
          )
        const className = run.kind === 'learned' ? 'out' : 'ctx'
        return isByToken ? (
          <span key={index}>
            {run.texts.map((text, place) => (
              <span key={place} className={`${className} tk`}>
                {text}
              </span>
            ))}
          </span>
        ) : (
          <span key={index} className={className}>
            {run.texts.join('')}
          </span>
        )
        // biome-ignore-end lint/suspicious/noArrayIndexKey: the tokens of a rendered row have nothing but their place.
      })}
    </div>
  )
}
