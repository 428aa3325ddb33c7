import { useMutation } from '@tanstack/react-query'
import { Button, InputNumber, Modal } from 'antd'
import { useId } from 'react'
import type { DatasetDetail } from '../../../main/contract/dataset-versions.ts'
import { api } from '../../lib/client.ts'
import { isLike, useDraft } from '../../lib/draft.ts'
import { number, percent } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { facts } from '../../lib/marks.ts'
import { hrefTo } from '../../lib/route.ts'
import { DialogButtons } from '../../ui/DialogButtons.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { datasetsText } from './text.ts'

const phrases = dictionary({
  title: [(name: string) => `Split ${name}`, (name: string) => `划分 ${name}`],
  what: [
    'Rows are divided by chance into new versions. Rows with the same question stay together, so that nothing that is trained on is measured.',
    '按随机方式划分为新版本。问题相同的行会分到同一部分，避免训练数据出现在评测中。',
  ],
  validation: ['Validation', '验证集'],
  test: ['Test', '测试集'],
  train: ['Training', '训练集'],
  seed: ['Seed', '随机种子'],
  seedHint: ['The same seed divides the same rows the same way.', '相同的种子得到相同的划分。'],
  about: [(rows: string) => `about ${rows} rows`, (rows: string) => `约 ${rows} 行`],
  impossible: ['Together they must be more than 0 % and less than 100 %.', '两者之和须大于 0% 且小于 100%。'],
  refused: ['It was not divided', '未能划分'],
  start: ['Split', '划分'],
  close: ['Close', '关闭'],
  rows: [(count: string) => `${count} rows`, (count: string) => `${count} 行`],
})

/** Shares in percent. */
const usual = { validation: 10, test: 0, seed: 42 }

/** Divides a version into parts for training, validation and test, each a version of its own. */
export function SplitDialog({ dataset, onClose }: { readonly dataset: DatasetDetail; readonly onClose: () => void }) {
  const text = useText(phrases)
  const names = useText(datasetsText)
  const ids = { validation: useId(), test: useId(), seed: useId() }
  const [draft, setDraft, forget] = useDraft(`datasets.split.${dataset.id}`, usual, isLike(usual))
  const { validation, test, seed } = draft
  const change = (part: Partial<typeof usual>) => setDraft(before => ({ ...before, ...part }))
  const close = () => {
    forget()
    onClose()
  }
  const split = useMutation(api.datasets.split.mutationOptions())
  const held = validation + test
  const isPossible = held > 0 && held < 100
  const about = (percent: number) => text.about(number(Math.round((dataset.rows * percent) / 100)))
  return (
    <Modal
      open
      width={520}
      title={<span dir="auto">{text.title(`${dataset.name} ${names.version(dataset.version)}`)}</span>}
      onCancel={close}
      footer={
        split.data ? (
          <Button type="primary" onClick={close}>
            {text.close}
          </Button>
        ) : (
          <DialogButtons
            action={text.start}
            isReady={isPossible}
            isRunning={split.isPending}
            onAct={() => split.mutate({ id: dataset.id, validation: validation / 100, test: test / 100, seed })}
            onCancel={close}
          />
        )
      }
    >
      <p className="sub">{text.what}</p>
      {split.data ? (
        <ul className="split-parts" role="status">
          {split.data.items.map(part => (
            <li key={part.id}>
              <a className="link" href={hrefTo('datasets', part.id)}>
                {`${names.version(part.version)} ${part.splitRole ? names[part.splitRole] : ''}`}
              </a>
              <span>{text.rows(number(part.rows))}</span>
            </li>
          ))}
        </ul>
      ) : (
        <div className="dialog-form">
          <Share
            id={ids.validation}
            name={text.validation}
            value={validation}
            onChange={next => change({ validation: next })}
            note={about(validation)}
          />
          <Share
            id={ids.test}
            name={text.test}
            value={test}
            onChange={next => change({ test: next })}
            note={about(test)}
          />
          <div className="field">
            <span className="sub">{text.train}</span>
            <div className="ctl">
              <span className="sub">
                {isPossible ? facts(percent((100 - held) / 100, 0), about(100 - held)) : text.impossible}
              </span>
            </div>
          </div>
          <div className="field">
            <label htmlFor={ids.seed}>{text.seed}</label>
            <div className="ctl">
              <InputNumber
                id={ids.seed}
                min={0}
                max={2_147_483_647}
                precision={0}
                value={seed}
                onChange={value => change({ seed: value ?? 0 })}
              />
              <span className="hint">{text.seedHint}</span>
            </div>
          </div>
        </div>
      )}
      {split.error && <FailureFault error={split.error} title={text.refused} />}
    </Modal>
  )
}

type ShareProps = {
  readonly id: string
  readonly name: string
  /** Percent. */
  readonly value: number
  readonly note: string
  readonly onChange: (percent: number) => void
}
const Share = ({ id, name, value, note, onChange }: ShareProps) => (
  <div className="field">
    <label htmlFor={id}>{name}</label>
    <div className="ctl">
      <InputNumber id={id} min={0} max={90} suffix="%" value={value} onChange={next => onChange(next ?? 0)} />
      <span className="hint">{note}</span>
    </div>
  </div>
)
