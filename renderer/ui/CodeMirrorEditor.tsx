import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { minimalSetup } from 'codemirror'
import { useEffect, useRef } from 'react'
import { cspNonce } from '../lib/csp-nonce.ts'
import type { CodeEditorProps, CodeLanguage } from './CodeEditor.tsx'

// Each language comes by itself: Jinja brings HTML, CSS and JavaScript with it.
const languages: Record<CodeLanguage, () => Promise<Extension>> = {
  json: async () => (await import('@codemirror/lang-json')).json(),
  jinja: async () => (await import('@codemirror/lang-jinja')).jinja(),
  text: async () => [],
}

// Colours are the page's variables, so that a switch of the theme needs nothing.
const look = EditorView.theme({
  '&': { height: '100%', fontSize: '12px', color: 'var(--t1)', backgroundColor: 'var(--frame)' },
  '&.cm-focused': { outline: '2px solid var(--acc)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px', overflow: 'auto' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--t1)' },
  '.cm-line': { padding: '0 12px' },
  '.cm-cursor': { borderLeftColor: 'var(--t1)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--sel)',
  },
})
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null], color: 'var(--syn-kw)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--syn-str)' },
  { tag: tags.number, color: 'var(--syn-num)' },
  { tag: [tags.propertyName, tags.function(tags.variableName)], color: 'var(--syn-fn)' },
  { tag: tags.comment, color: 'var(--syn-com)' },
])

/** CodeMirror in React: it owns its text, and takes another one only where that differs. */
export function CodeMirrorEditor({ value, onChange, language, label, isReadOnly = false }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const editable = useRef(new Compartment())
  const latest = useRef({ value, onChange })
  latest.current = { value, onChange }
  useEffect(() => {
    if (!host.current) return
    const grammar = new Compartment()
    let isGone = false
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          minimalSetup,
          grammar.of([]),
          look,
          syntaxHighlighting(colours),
          EditorView.lineWrapping,
          EditorView.cspNonce.of(cspNonce),
          EditorView.contentAttributes.of({ 'aria-label': label }),
          editable.current.of([]),
          EditorView.updateListener.of(update => {
            if (update.docChanged) latest.current.onChange?.(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    void languages[language]().then(extension => {
      if (!isGone) made.dispatch({ effects: grammar.reconfigure(extension) })
    })
    return () => {
      isGone = true
      made.destroy()
    }
  }, [language, label])
  useEffect(() => {
    view.current?.dispatch({
      effects: editable.current.reconfigure(isReadOnly ? [EditorState.readOnly.of(true)] : []),
    })
  }, [isReadOnly])
  useEffect(() => {
    const now = view.current
    if (!now || now.state.doc.toString() === value) return
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value } })
  }, [value])
  return <div className="code-editor" ref={host} />
}
