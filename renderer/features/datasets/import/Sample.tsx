import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { issueText } from '../issue-text.ts'
import type { Detection } from './Reading.tsx'
import { importText } from './text.ts'

/** What of the sample would be left out, and why. */
export function Sample({ detection }: { readonly detection: Detection }) {
  const text = useText(importText)
  const reasons = useText(issueText)
  const { issues, files } = detection
  return (
    <div className="reading-sample scroll">
      {issues.length > 0 && <p className="tx-warn">{text.sampleBad(number(issues.length))}</p>}
      <ul>
        {issues.map(issue => (
          <li key={`${issue.file}:${issue.line}:${issue.column ?? 0}`}>
            <b>{reasons[issue.reason]}</b> <span className="dim mono">{`${issue.file}:${issue.line}`}</span>
            <p className="sub">{issue.message}</p>
          </li>
        ))}
        {issues.length === 0 &&
          files.map(file => (
            <li key={file.path}>
              <span className="mono">{file.path}</span> <span className="dim">{file.format}</span>
            </li>
          ))}
      </ul>
    </div>
  )
}
