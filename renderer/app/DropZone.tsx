import { App } from 'antd'
import { useEffect, useState } from 'react'
import { desktop } from '../lib/desktop.ts'
import { dictionary, textOf, useText } from '../lib/i18n.ts'
import { go } from '../lib/route.ts'
import { useView } from '../lib/view.ts'

const phrases = dictionary({
  drop: [
    'Drop to import. Models are registered where they lie, nothing is copied; datasets are read into a new version.',
    '松开即可导入。模型原地登记，不复制文件；数据集会被读入新版本。',
  ],
  browser: [
    'A browser does not tell where a dropped file lies. Choose it with Import, which reads this machine’s folders.',
    '浏览器无法得知拖入文件的位置。请使用“导入”，它可以浏览本机文件夹。',
  ],
})

const rows = /\.(jsonl|ndjson|json|csv|tsv|parquet|txt|zip|tar\.gz|tgz)$/i

/** Opens the import that fits a path: rows become a dataset, everything else is looked at as a model. */
export function importPath(path: string): void {
  if (rows.test(path)) go('datasets', { import: path })
  else go('models', { import: path })
}

/** The whole window takes files from the file manager. */
export function DropZone() {
  const text = useText(phrases)
  const { message } = App.useApp()
  const [isOver, setIsOver] = useState(false)
  useEffect(() => {
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
      const [file] = event.dataTransfer?.files ?? []
      if (!file) return
      if (desktop) importPath(desktop.pathOfFile(file))
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
  }, [message])
  return isOver ? (
    <div className="drop-zone">
      <div>{text.drop}</div>
    </div>
  ) : null
}
