import { lazy, Suspense } from 'react'

export type CodeLanguage = 'json' | 'jinja' | 'text'

export type CodeEditorProps = {
  readonly value: string
  readonly onChange?: (text: string) => void
  readonly language: CodeLanguage
  /** What a screen reader calls it. */
  readonly label: string
  readonly isReadOnly?: boolean
}

// The editor's code is as large as half the frame: it comes when the first editor is shown.
const Editor = lazy(async () => ({ default: (await import('./CodeMirrorEditor.tsx')).CodeMirrorEditor }))

/** Text with the colours and keys of its language. Tab moves on; Ctrl M lets it indent, as the editor says itself. */
export const CodeEditor = (props: CodeEditorProps) => (
  <Suspense fallback={<pre className="code-wait mono">{props.value}</pre>}>
    <Editor {...props} />
  </Suspense>
)
