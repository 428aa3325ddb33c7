type Props = { readonly name: React.ReactNode; readonly note?: React.ReactNode; readonly children: React.ReactNode }

/** A name, its control or value, and one line of what follows from it. */
export const Setting = ({ name, note, children }: Props) => (
  <div className="setting">
    <span className="sub">{name}</span>
    <div>
      {children}
      {note !== undefined && <p className="hint">{note}</p>}
    </div>
  </div>
)
