import { App } from 'antd'
import { useCallback, useLayoutEffect, useState } from 'react'
import { nameOf } from '../features/files/clean-path.ts'
import { desktop } from '../lib/desktop.ts'
import { middle, number } from '../lib/format.ts'
import { dictionary, textOf, useText } from '../lib/i18n.ts'
import { go } from '../lib/route.ts'
import { useView } from '../lib/view.ts'
import { openingOf } from './open-paths.ts'

const phrases = dictionary({
  drop: [
    'Drop to import. Models are registered where they lie, nothing is copied; datasets are read into a new version.',
    '松开即可导入。模型原地登记，不复制文件；数据集会被读入新版本。',
  ],
  browser: [
    'A browser does not tell where a dropped file lies. Choose it with Import, which reads this machine’s folders.',
    '浏览器无法得知拖入文件的位置。请使用“导入”，它可以浏览本机文件夹。',
  ],
  left: [
    (count: string) => `One import at a time: ${count} more of what you opened waits for its own.`,
    (count: string) => `每次导入一个：另有 ${count} 个文件未打开，请稍后单独导入。`,
  ],
  notebook: [
    (what: string) =>
      `Not opened: ${what}. Slipway does not work with notebooks yet; Jupyter does. Nothing was changed.`,
    (what: string) => `未打开：${what}。Slipway 目前还不支持 Notebook，请用 Jupyter 打开。文件未作改动。`,
  ],
  notebooks: [(count: string) => `${count} notebooks`, (count: string) => `${count} 个 Notebook 文件`],
})

/** Opens what came from the file manager, and says what of it was not opened. */
export function useOpenPaths(): (paths: readonly string[]) => void {
  const { message } = App.useApp()
  return useCallback(
    paths => {
      const opening = openingOf(paths)
      const say = textOf(phrases, useView.getState().language)
      if (opening.import) go(opening.import.page, { import: opening.import.path })
      if (opening.left > 0) void message.info(say.left(number(opening.left)), 6)
      const [notebook, ...others] = opening.notebooks
      if (notebook === undefined) return
      const what = others.length > 0 ? say.notebooks(number(opening.notebooks.length)) : middle(nameOf(notebook))
      // Whoever double-clicked it sees another program than they meant to: time to read why.
      void message.info(say.notebook(what), 12)
    },
    [message],
  )
}

/** The whole window takes files from the file manager. */
export function DropZone() {
  const text = useText(phrases)
  const { message } = App.useApp()
  const openPaths = useOpenPaths()
  const [isOver, setIsOver] = useState(false)
  // With the first frame: a file let go over a page that does not listen yet would be opened in its place.
  useLayoutEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const over = (event: DragEvent) => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      setIsOver(true)
    }
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsOver(false)
    }
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      setIsOver(false)
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length === 0) return
      if (desktop) openPaths(files.map(desktop.pathOfFile).filter(path => path !== ''))
      else void message.info(textOf(phrases, useView.getState().language).browser, 6)
    }
    addEventListener('dragover', over)
    addEventListener('dragleave', leave)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', over)
      removeEventListener('dragleave', leave)
      removeEventListener('drop', drop)
    }
  }, [message, openPaths])
  return isOver ? (
    <div className="drop-zone">
      <div>{text.drop}</div>
    </div>
  ) : null
}
