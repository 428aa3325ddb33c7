import { useMutation } from '@tanstack/react-query'
import { Button, Checkbox, Modal } from 'antd'
import { useId } from 'react'
import type { DatasetDetail } from '../../../main/contract/dataset-versions.ts'
import { api } from '../../lib/client.ts'
import { isLike, useDraft } from '../../lib/draft.ts'
import { bytes, number } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { Hash } from '../../ui/bits.tsx'
import { DialogButtons } from '../../ui/DialogButtons.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { PathField } from '../files/PathField.tsx'
import { datasetsText } from './text.ts'

const phrases = dictionary({
  title: [(name: string) => `Export ${name}`, (name: string) => `导出 ${name}`],
  what: [
    (rows: string) =>
      `Writes ${rows} rows to a new file: .jsonl, .csv or .parquet, by its name. Nothing that is there is overwritten.`,
    (rows: string) => `将 ${rows} 行写入新文件，格式由扩展名决定：.jsonl、.csv 或 .parquet。不覆盖已有文件。`,
  ],
  path: ['File', '文件'],
  wrongName: ['The name must end with .jsonl, .csv or .parquet.', '文件名须以 .jsonl、.csv 或 .parquet 结尾。'],
  annotations: ['With answers, preferences, labels and scores', '包含回答、偏好、标注与分数'],
  leftOut: [
    (rows: string) => `The ${rows} rows that the import left out instead, with place and reason (.jsonl)`,
    (rows: string) => `改为导出导入时剔除的 ${rows} 行，附位置与原因（.jsonl）`,
  ],
  wrongNameLeftOut: ['The name must end with .jsonl.', '文件名须以 .jsonl 结尾。'],
  refused: ['It was not exported', '未能导出'],
  done: ['Written', '已写入'],
  wrote: [
    (rows: string, size: string) => `${rows} rows, ${size}`,
    (rows: string, size: string) => `${rows} 行，${size}`,
  ],
  start: ['Export', '导出'],
  close: ['Close', '关闭'],
})

const isNamed = (path: string, isLeftOut: boolean): boolean =>
  (isLeftOut ? /\.jsonl$/i : /\.(jsonl|csv|parquet)$/i).test(path)

/** `isLeftOut`: the rows that the import left out, instead of those that it took. */
const emptyDraft = { path: '', hasAnnotations: true, isLeftOut: false }

/** Writes the rows of a version to a file of the person's own. */
export function ExportDialog({ dataset, onClose }: { readonly dataset: DatasetDetail; readonly onClose: () => void }) {
  const text = useText(phrases)
  const names = useText(datasetsText)
  const id = useId()
  const [draft, setDraft, forget] = useDraft(`datasets.export.${dataset.id}`, emptyDraft, isLike(emptyDraft))
  const { path, hasAnnotations, isLeftOut } = draft
  const change = (part: Partial<typeof emptyDraft>) => setDraft(before => ({ ...before, ...part }))
  const close = () => {
    forget()
    onClose()
  }
  const write = useMutation(api.datasets.export.mutationOptions())
  const isReady = isNamed(path.trim(), isLeftOut)
  const send = () => {
    if (!isReady || write.isPending) return
    write.mutate({ id: dataset.id, path: path.trim(), annotations: hasAnnotations, leftOut: isLeftOut })
  }
  return (
    <Modal
      open
      width={600}
      title={<span dir="auto">{text.title(`${dataset.name} ${names.version(dataset.version)}`)}</span>}
      onCancel={close}
      footer={
        write.data ? (
          <Button type="primary" onClick={close}>
            {text.close}
          </Button>
        ) : (
          <DialogButtons
            action={text.start}
            isReady={isReady}
            isRunning={write.isPending}
            onAct={send}
            onCancel={close}
          />
        )
      }
    >
      <p className="sub">{text.what(number(dataset.rows))}</p>
      {write.data ? (
        <Fault tone="ok" title={text.done} cause={text.wrote(number(write.data.rows), bytes(write.data.sizeBytes))}>
          <p className="mono">{write.data.path}</p>
          <Hash hash={write.data.sha256} />
        </Fault>
      ) : (
        <div className="dialog-form">
          <div className="field">
            <label htmlFor={id}>{text.path}</label>
            <div className="ctl">
              <PathField
                id={id}
                label={text.path}
                value={path}
                pick="save"
                onChange={path => change({ path })}
                onEnter={send}
                autoFocus
              />
            </div>
          </div>
          {path.trim() !== '' && !isReady && (
            <p className="hint indent">{isLeftOut ? text.wrongNameLeftOut : text.wrongName}</p>
          )}
          <div className="field">
            <span />
            <Checkbox
              checked={hasAnnotations}
              disabled={isLeftOut}
              onChange={event => change({ hasAnnotations: event.target.checked })}
            >
              {text.annotations}
            </Checkbox>
          </div>
          {dataset.badRows > 0 && (
            <div className="field">
              <span />
              <Checkbox checked={isLeftOut} onChange={event => change({ isLeftOut: event.target.checked })}>
                {text.leftOut(number(dataset.badRows))}
              </Checkbox>
            </div>
          )}
        </div>
      )}
      {write.error && <FailureFault error={write.error} title={text.refused} />}
    </Modal>
  )
}
