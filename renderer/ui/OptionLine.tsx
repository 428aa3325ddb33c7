type Props = {
  readonly name: string
  readonly version?: number
  /** What it is, or why it cannot be chosen. */
  readonly note: string
  /** How it does, before its name. */
  readonly glyph?: React.ReactNode
}

/** An asset in a list to choose from: its name gives way, what is told of it stands at the end. */
export const OptionLine = ({ name, version, note, glyph }: Props) => (
  <span className="option-line">
    {glyph}
    <span className="ell" dir="auto" title={name}>
      {name}
    </span>
    {version !== undefined && <span className="dim">{`v${version}`}</span>}
    <span className="grow" />
    <span className="dim ell">{note}</span>
  </span>
)
