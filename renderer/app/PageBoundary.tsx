import { Button } from 'antd'
import { Component, type ReactNode } from 'react'
import { dictionary, useText } from '../lib/i18n.ts'
import { Fault } from '../ui/Fault.tsx'
import { Page } from '../ui/Page.tsx'
import { navigationText, type PageName } from './navigation.ts'

const phrases = dictionary({
  title: ['This page could not be shown', '无法显示此页面'],
  cause: [
    'Its code could not be read, or met something that it does not expect. The rest of the window works, and so does what runs.',
    '页面代码无法读取，或遇到了意外的数据。窗口的其余部分和正在运行的任务不受影响。',
  ],
  remedy: [
    'Try again. If it comes back, please report it with what was reported below.',
    '请重试。若问题仍然出现，请附上下面的原始信息反馈。',
  ],
  again: ['Try again', '重试'],
})

type Props = { readonly page: PageName; readonly at: string; readonly children: ReactNode }
type State = { readonly error?: unknown }

/** Holds what a page throws while it is drawn: the frame stays, and another address or another try begins anew. */
export class PageBoundary extends Component<Props, State> {
  override state: State = {}

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override componentDidUpdate(before: Props): void {
    if (before.at !== this.props.at && this.state.error !== undefined) this.setState({ error: undefined })
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children
    return (
      <Broken page={this.props.page} error={this.state.error} onRetry={() => this.setState({ error: undefined })} />
    )
  }
}

type BrokenProps = { readonly page: PageName; readonly error: unknown; readonly onRetry: () => void }

function Broken({ page, error, onRetry }: BrokenProps) {
  const text = useText(phrases)
  const name = useText(navigationText)[page]
  return (
    <Page title={name}>
      <div className="sec grow">
        <Fault
          title={text.title}
          cause={text.cause}
          remedy={text.remedy}
          actions={
            <Button size="small" onClick={onRetry}>
              {text.again}
            </Button>
          }
          raw={String(error)}
        />
      </div>
    </Page>
  )
}
