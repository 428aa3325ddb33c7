import { Segmented } from 'antd'
import { useState } from 'react'
import { isText, useDraft } from '../../../lib/draft.ts'
import { useText } from '../../../lib/i18n.ts'
import { listed } from '../../../lib/marks.ts'
import { CodeEditor } from '../../../ui/CodeEditor.tsx'
import { Fault } from '../../../ui/Fault.tsx'
import { applies, isSame } from './form-model.ts'
import { jsonDraft, parametersJson, readParameters } from './parameters-json.ts'
import { formText } from './text.ts'
import type { RunForm } from './use-run-form.ts'

/** The parameters as JSON: to be read, written, and pasted from elsewhere. The form follows every key. */
export function ParametersJson({ form }: { readonly form: RunForm }) {
  const text = useText(formText)
  const [view, setView] = useState<'set' | 'all'>('set')
  const [typed, setTyped] = useDraft<string | undefined>(jsonDraft, undefined, isText)
  const read = typed === undefined ? undefined : readParameters(typed, form.items)
  // What stands in the editor is the person's until the form says something else than it.
  const isTheirs = read !== undefined && ('problem' in read || isSame(read.values, form.draft.values))
  const all = Object.fromEntries(
    form.items
      .filter(item => applies(item, form.effective))
      .map(({ key }) => [key, form.effective[key]])
      .filter(([, value]) => value !== undefined && value !== null),
  )
  const take = (next: string) => {
    setTyped(next)
    const found = readParameters(next, form.items)
    if (!('problem' in found)) form.setValues(found.values)
  }
  return (
    <section className="json" aria-label={text.json}>
      <h2>
        <Segmented<'set' | 'all'>
          size="small"
          value={view}
          aria-label={text.json}
          options={[
            { value: 'set', label: text.jsonSet },
            { value: 'all', label: text.jsonAll },
          ]}
          onChange={setView}
        />
        <small>{text.jsonHint}</small>
      </h2>
      <div className="json-editor">
        {view === 'set' ? (
          <CodeEditor
            key="set"
            language="json"
            label={text.jsonSet}
            value={isTheirs && typed !== undefined ? typed : parametersJson(form.draft.values)}
            onChange={take}
          />
        ) : (
          <CodeEditor key="all" language="json" label={text.jsonAll} value={parametersJson(all)} isReadOnly />
        )}
      </div>
      {view === 'set' && read && 'problem' in read && (
        <Fault
          tone="warn"
          title={read.problem === 'syntax' ? text.jsonSyntax : text.jsonShape}
          cause={read.problem === 'syntax' ? read.message : text.jsonShapeCause(read.message)}
        />
      )}
      {view === 'set' && read && 'unknown' in read && read.unknown.length > 0 && (
        <Fault tone="warn" title={text.jsonUnknown(listed(read.unknown))} cause={text.jsonUnknownCause} />
      )}
      {view === 'set' && [...form.problems].map(([key, message]) => <Fault key={key} title={key} cause={message} />)}
    </section>
  )
}
