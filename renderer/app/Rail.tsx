import { Tooltip } from 'antd'
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react'
import { dictionary, useText } from '../lib/i18n.ts'
import { hrefTo } from '../lib/route.ts'
import { useView } from '../lib/view.ts'
import { Kbd } from '../ui/bits.tsx'
import { navigation, navigationText, type PageName, type Place } from './navigation.ts'
import { useRailCounts } from './rail-counts.ts'

const phrases = dictionary({
  sections: ['Sections', '导航'],
  fold: ['Collapse the rail', '收起导航'],
  unfold: ['Expand the rail', '展开导航'],
})

export function Rail({ page }: { readonly page: PageName }) {
  const text = useText(phrases)
  const names = useText(navigationText)
  const isWide = useView(view => view.isRailWide)
  const set = useView(view => view.set)
  const Fold = isWide ? PanelLeftClose : PanelLeftOpen
  return (
    <nav className={isWide ? 'rail' : 'rail small'} aria-label={text.sections}>
      {navigation.map(({ group, places }) => (
        <div key={group ?? 'top'} className="rail-part">
          {group && <div className="rail-group">{isWide ? names[group] : ''}</div>}
          {places.map(place => (
            <RailLink key={place.page} place={place} isOn={place.page === page} isWide={isWide} />
          ))}
        </div>
      ))}
      <div className="grow" />
      <button
        type="button"
        className="rail-fold"
        onClick={() => set({ isRailWide: !isWide })}
        aria-label={isWide ? text.fold : text.unfold}
        aria-expanded={isWide}
      >
        <Fold size={16} strokeWidth={1.6} />
        {isWide && (
          <>
            <span>{text.fold}</span>
            <span className="rail-key on">
              <kbd>[</kbd>
            </span>
          </>
        )}
      </button>
    </nav>
  )
}

type LinkProps = { readonly place: Place; readonly isOn: boolean; readonly isWide: boolean }
function RailLink({ place: { page, icon: Icon, letter }, isOn, isWide }: LinkProps) {
  const name = useText(navigationText)[page]
  const count = useRailCounts()[page]
  return (
    <Tooltip title={isWide ? '' : name} placement="right">
      <a
        href={hrefTo(page)}
        className={isOn ? 'on' : undefined}
        aria-current={isOn ? 'page' : undefined}
        aria-label={isWide ? undefined : name}
      >
        <Icon size={16} strokeWidth={1.6} />
        {isWide && (
          <>
            <span>{name}</span>
            {count && <em className={count.isLive ? 'live' : undefined}>{count.text}</em>}
            <span className="rail-key">
              <Kbd keys={`G ${letter}`} />
            </span>
          </>
        )}
      </a>
    </Tooltip>
  )
}
