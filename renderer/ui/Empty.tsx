import { CommandLine } from './CommandLine.tsx'

type Props = {
  readonly title: React.ReactNode
  /** What this is for, in a sentence or two. */
  readonly children: React.ReactNode
  /** How to begin; what is already at hand is ticked. */
  readonly steps?: readonly { readonly key: string; readonly isDone: boolean; readonly text: React.ReactNode }[]
  readonly actions?: React.ReactNode
  /** The same in a terminal. */
  readonly command?: string
}

/** An empty list teaches: what it is for, three steps, one primary action, the command. */
export const Empty = ({ title, children, steps, actions, command }: Props) => (
  <div className="empty">
    <h2>{title}</h2>
    <p className="sub">{children}</p>
    {steps && (
      <ol>
        {steps.map(({ key, isDone, text }, index) => (
          <li key={key} className={isDone ? 'done' : undefined}>
            <span className="ways-n">{isDone ? '✓' : index + 1}</span>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    )}
    {actions !== undefined && <div className="acts">{actions}</div>}
    {command !== undefined && <CommandLine command={command} />}
  </div>
)
