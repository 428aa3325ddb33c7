import { App, Button } from 'antd'
import { said } from '../lib/backend-words.ts'
import { failureOf } from '../lib/failure.ts'
import { dictionary, useText } from '../lib/i18n.ts'

const phrases = dictionary({ undo: ['Undo', '撤销'] })

const shownSeconds = 12

/** Says what was done, with the button that takes it back. A failure of that is said in the same place, and stays longer. */
export function useUndo(): (done: string, undo: () => Promise<unknown>) => void {
  const text = useText(phrases)
  const { message } = App.useApp()
  return (done, undo) => {
    const key = crypto.randomUUID()
    const takeBack = async () => {
      message.destroy(key)
      try {
        await undo()
      } catch (error) {
        void message.error(said(failureOf(error).message), shownSeconds)
      }
    }
    void message.open({
      key,
      type: 'success',
      duration: shownSeconds,
      content: (
        <span className="undo-line">
          {done}
          <Button size="small" onClick={() => void takeBack()}>
            {text.undo}
          </Button>
        </span>
      ),
    })
  }
}
