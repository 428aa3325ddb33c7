import { Segmented } from 'antd'
import { dictionary, useText } from '../../lib/i18n.ts'
import { setQuery, useRoute } from '../../lib/route.ts'
import { Page } from '../../ui/Page.tsx'
import { MachineCheck } from '../environments/MachineCheck.tsx'
import { FoundModels } from './FoundModels.tsx'
import { Overview } from './Overview.tsx'
import { Tour } from './Tour.tsx'
import { useFirstRun } from './use-first-run.ts'
import { useTour } from './use-tour.ts'
import './home.css'

const phrases = dictionary({
  title: ['Home', '首页'],
  overview: ['Overview', '概览'],
  tour: ['First steps', '入门引导'],
  view: ['What to show', '显示内容'],
  first: ['First run on this machine. Models and data stay on it.', '本机首次运行。模型和数据都留在本机。'],
})

/** The first page: the way from a model to an answer until it was gone once, then what happens on this machine. */
export function Screen() {
  const text = useText(phrases)
  const { query } = useRoute()
  const tour = useTour()
  const isFirstRun = useFirstRun()
  const asked = query.first === '1' ? 'tour' : query.view
  // Until it is known what exists, the tour's bones stand there: the first window of a machine should not flicker.
  const usual = isFirstRun !== false || (tour.isBegun && tour.steps && !tour.isDone) ? 'tour' : 'overview'
  const view = asked === 'tour' || asked === 'overview' ? asked : usual
  return (
    <Page
      title={text.title}
      meta={isFirstRun && tour.steps && !tour.isBegun ? text.first : undefined}
      actions={
        <Segmented
          size="small"
          aria-label={text.view}
          value={view}
          options={[
            { value: 'tour', label: text.tour },
            { value: 'overview', label: text.overview },
          ]}
          onChange={value => setQuery({ view: value, first: undefined })}
        />
      }
    >
      <div className="scroll grow home">
        <div className="home-main">
          {view === 'tour' ? (
            <>
              <Tour tour={tour} />
              {/* Below steps whose height is not known yet it would be pushed down. */}
              {(tour.steps || tour.error) && <FoundModels />}
            </>
          ) : (
            <Overview />
          )}
        </div>
        <aside className="home-side">
          <MachineCheck />
        </aside>
      </div>
    </Page>
  )
}
