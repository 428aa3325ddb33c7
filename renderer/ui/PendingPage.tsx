import { Button } from 'antd'
import { middle } from '../lib/format.ts'
import { FailureFault } from './Fault.tsx'
import { Page } from './Page.tsx'

type Props = {
  /** What the address calls the thing. */
  readonly id: string
  /** The list that it belongs to: its address and its name. */
  readonly list: { readonly href: string; readonly name: string }
  /** Null while it is being read. */
  readonly error: unknown
  readonly title: string
  readonly back: string
  readonly onRetry: () => void
}

/** The page of a thing that is not here yet, or cannot be read: its place in the list, the reason, the ways on. */
export const PendingPage = ({ id, list, error, title, back, onRetry }: Props) => (
  <Page
    crumb={<a href={list.href}>{list.name}</a>}
    title={error ? middle(id) : <i className="bone" style={{ width: 140 }} />}
  >
    {error ? (
      <div className="sec grow">
        <FailureFault
          error={error}
          title={title}
          onRetry={onRetry}
          actions={
            <Button size="small" href={list.href}>
              {back}
            </Button>
          }
        />
      </div>
    ) : (
      <div aria-busy className="grow" />
    )}
  </Page>
)
