type Props = {
  readonly name: React.ReactNode
  readonly value: React.ReactNode
  readonly side?: React.ReactNode
  readonly widthPx: number
  readonly title?: string
  readonly children: React.ReactNode
}

/** A name, a figure and a load line, as in the strip at the top. */
export const Meter = ({ name, value, side, widthPx, title, children }: Props) => (
  <div className="meter" style={{ width: widthPx }} title={title}>
    <div className="meter-line">
      <span className="meter-name">{name}</span>
      <b>{value}</b>
      {side !== undefined && <span className="meter-side">{side}</span>}
    </div>
    {children}
  </div>
)
