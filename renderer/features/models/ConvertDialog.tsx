import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Input, Modal, Select } from 'antd'
import { useId } from 'react'
import type { ConversionTarget, GgufType } from '../../../main/contract/conversion.ts'
import type { ModelDetail } from '../../../main/contract/models.ts'
import { api } from '../../lib/client.ts'
import { isLike, useDraft } from '../../lib/draft.ts'
import { bytes, memory } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { isEnded } from '../../lib/job-words.ts'
import { go } from '../../lib/route.ts'
import { DialogButtons } from '../../ui/DialogButtons.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { JobLine } from '../jobs/JobLine.tsx'

const phrases = dictionary({
  title: [(name: string) => `Convert ${name}`, (name: string) => `转换 ${name}`],
  what: [
    'The result is a new model with its own lineage; this one stays as it is.',
    '结果是一个带有来源记录的新模型，原模型保持不变。',
  ],
  to: ['To', '目标格式'],
  gguf: ['GGUF, for llama.cpp', 'GGUF，用于 llama.cpp'],
  onnx: ['ONNX, for other runtimes', 'ONNX，用于其他运行时'],
  merged: ['Merged with its base, as safetensors', '与基座合并为 safetensors'],
  type: ['Weights', '权重精度'],
  asNow: ['as they are', '保持不变'],
  typeHint: [
    'Q8_0 is nearly lossless, Q4_K_M a quarter of the size. Fewer bits, more errors.',
    'Q8_0 几乎无损，Q4_K_M 约为四分之一大小。比特越少，误差越大。',
  ],
  name: ['Name', '名称'],
  nameHint: ['Default: a name that says how it was made.', '默认名称会注明转换方式。'],
  needs: [
    (ram: string, disk: string) => `Takes up to ${ram} of memory and ${disk} on disk.`,
    (ram: string, disk: string) => `最多占用内存 ${ram}、磁盘 ${disk}。`,
  ],
  refused: ['It was not converted', '未能转换'],
  close: ['Close', '关闭'],
  open: ['Open the new model', '打开新模型'],
  start: ['Convert', '转换'],
  converted: [(name: string) => `${name} is made`, (name: string) => `已生成 ${name}`],
  converting: [(name: string) => `Making ${name}`, (name: string) => `正在生成 ${name}`],
  goesOn: ['Closing this does not stop it: the job tray shows it.', '关闭此窗口不会中断，可在任务栏查看。'],
})

/** The types that people choose, the most exact first; the command line knows the others. */
const types: readonly GgufType[] = ['F16', 'BF16', 'Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M', 'IQ4_XS', 'Q3_K_M', 'Q2_K']

/** What a version of some format can become. */
const targetsOf = ({ summary }: ModelDetail): readonly ConversionTarget[] =>
  summary.format === 'safetensors' ? ['gguf', 'onnx'] : summary.format === 'adapter' ? ['merged', 'gguf'] : []

export const canConvert = (model: ModelDetail): boolean => model.state === 'ready' && targetsOf(model).length > 0

/** What was chosen, by name: a target that this version cannot become any more is not. */
const emptyDraft = { to: '', type: '', name: '' }

/** Makes another format of a version, as a job. */
export function ConvertDialog({ model, onClose }: { readonly model: ModelDetail; readonly onClose: () => void }) {
  const text = useText(phrases)
  const ids = { to: useId(), type: useId(), name: useId() }
  const targets = targetsOf(model)
  const [draft, setDraft, forget] = useDraft(`models.convert.${model.id}`, emptyDraft, isLike(emptyDraft))
  const change = (part: Partial<typeof emptyDraft>) => setDraft(before => ({ ...before, ...part }))
  const to: ConversionTarget = targets.find(each => each === draft.to) ?? targets[0] ?? 'gguf'
  const type = types.find(each => each === draft.type)
  const { name } = draft
  const close = () => {
    forget()
    onClose()
  }
  const start = useMutation(api.models.convert.mutationOptions({ onSuccess: forget }))
  const made = start.data
  const job = useQuery({
    ...api.jobs.show.queryOptions({ input: { id: made?.jobId ?? '' } }),
    enabled: made !== undefined,
  }).data
  const send = () => {
    if (!start.isPending)
      start.mutate({
        id: model.id,
        to,
        ...(to === 'gguf' && type && { quantize: type }),
        ...(name.trim() !== '' && { name: name.trim() }),
      })
  }
  return (
    <Modal
      open
      width={600}
      title={
        <span dir="auto" className="wrap">
          {text.title(`${model.name} v${model.version}`)}
        </span>
      }
      onCancel={close}
      footer={
        made ? (
          <>
            <Button onClick={close}>{text.close}</Button>
            <Button type="primary" disabled={job?.state !== 'done'} onClick={() => go('models', made.id)}>
              {text.open}
            </Button>
          </>
        ) : (
          <DialogButtons action={text.start} isRunning={start.isPending} onAct={send} onCancel={close} />
        )
      }
    >
      <p className="sub">{text.what}</p>
      {made ? (
        <div className="dialog-body">
          <JobLine
            id={made.jobId}
            title={job?.state === 'done' ? text.converted(made.name) : text.converting(made.name)}
          />
          {(!job || !isEnded(job.state)) && (
            <>
              <p className="hint">{text.needs(memory(made.memoryBytes), bytes(made.diskBytes))}</p>
              <p className="hint">{text.goesOn}</p>
            </>
          )}
        </div>
      ) : (
        <div className="dialog-form">
          <div className="field">
            <label htmlFor={ids.to}>{text.to}</label>
            <div className="ctl">
              <Select
                id={ids.to}
                autoFocus
                value={to}
                onChange={next => change({ to: next })}
                style={{ width: 300 }}
                options={targets.map(target => ({ value: target, label: text[target] }))}
              />
            </div>
          </div>
          {to === 'gguf' && (
            <>
              <div className="field">
                <label htmlFor={ids.type}>{text.type}</label>
                <div className="ctl">
                  <Select
                    id={ids.type}
                    value={type ?? ''}
                    onChange={(next: GgufType | '') => change({ type: next })}
                    style={{ width: 160 }}
                    options={[
                      { value: '' as const, label: text.asNow },
                      ...types.map(each => ({ value: each, label: each })),
                    ]}
                  />
                </div>
              </div>
              <p className="hint indent">{text.typeHint}</p>
            </>
          )}
          <div className="field">
            <label htmlFor={ids.name}>{text.name}</label>
            <div className="ctl">
              <Input
                id={ids.name}
                dir="auto"
                maxLength={300}
                placeholder={text.nameHint}
                value={name}
                onChange={event => change({ name: event.target.value })}
                onPressEnter={send}
              />
            </div>
          </div>
        </div>
      )}
      {start.error && <FailureFault error={start.error} title={text.refused} />}
    </Modal>
  )
}
