type Props = {
  readonly title: React.ReactNode
  /** The list that this page was opened from, as a link. */
  readonly crumb?: React.ReactNode
  readonly meta?: React.ReactNode
  readonly actions?: React.ReactNode
  readonly tabs?: React.ReactNode
  readonly children: React.ReactNode
}

/** What every screen stands in: a head with title, facts and actions, and a body that scrolls by itself. */
export const Page = ({ title, crumb, meta, actions, tabs, children }: Props) => (
  <main className="page" id="page" tabIndex={-1}>
    <header className="head">
      <h1>
        {crumb !== undefined && (
          <>
            <span className="crumb">{crumb}</span>
            <i className="slash">/</i>
          </>
        )}
        {title}
      </h1>
      {meta !== undefined && <div className="head-meta">{meta}</div>}
      <div className="grow" />
      {actions !== undefined && <div className="acts">{actions}</div>}
    </header>
    {tabs}
    <div className="body">{children}</div>
  </main>
)
