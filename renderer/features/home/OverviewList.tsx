import { named } from '../../lib/marks.ts'

type Row = {
  readonly key: string
  readonly glyph: React.ReactNode
  readonly name: string
  readonly href: string
  readonly note: React.ReactNode
  readonly figure: React.ReactNode
  readonly when: React.ReactNode
}

type Props = {
  readonly title: string
  readonly all: { readonly href: string; readonly name: string }
  readonly rows: readonly Row[]
  readonly isPending: boolean
  readonly empty: React.ReactNode
}

/** The newest few of a kind, each a link to its page. */
export const OverviewList = ({ title, all, rows, isPending, empty }: Props) => (
  <section className="overview-list">
    <div className="h2">
      <span>{title}</span>
      <span className="grow" />
      <a className="link" href={all.href} aria-label={named(all.name, title)}>
        {all.name}
      </a>
    </div>
    <ul aria-busy={isPending}>
      {isPending
        ? [52, 40, 46].map(width => (
            <li key={width} className="overview-row">
              <i />
              <i className="bone" style={{ width: `${width}%` }} />
            </li>
          ))
        : rows.map(({ key, glyph, name, href, note, figure, when }) => (
            <li key={key}>
              <a className="overview-row" href={href}>
                {glyph}
                <b className="ell" dir="auto" title={name}>
                  {name}
                </b>
                <span className="ell dim">{note}</span>
                <span className="right sub">{figure}</span>
                <span className="right dim">{when}</span>
              </a>
            </li>
          ))}
    </ul>
    {!isPending && rows.length === 0 && <div className="overview-none">{empty}</div>}
  </section>
)
