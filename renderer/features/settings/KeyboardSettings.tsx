import { Button } from 'antd'
import { useText } from '../../lib/i18n.ts'
import { useView } from '../../lib/view.ts'
import { Kbd } from '../../ui/bits.tsx'
import { settingsText } from './text.ts'

/** The doors to the keys: the sheet with all of them, and the palette. */
export function KeyboardSettings() {
  const text = useText(settingsText)
  const set = useView(view => view.set)
  return (
    <section className="sec" aria-labelledby="settings-keyboard">
      <h2 id="settings-keyboard">{text.keyboard}</h2>
      <p className="sub">{text.keysWhy}</p>
      <div className="acts">
        <Button onClick={() => set({ overlay: 'keys' })}>
          {text.keys} <Kbd keys="?" />
        </Button>
        <Button onClick={() => set({ overlay: 'palette' })}>
          {text.palette} <Kbd keys="Ctrl K" />
        </Button>
      </div>
    </section>
  )
}
