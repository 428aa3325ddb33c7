import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Checkbox, Input, InputNumber, Modal } from 'antd'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { api } from '../../lib/client.ts'
import { useDraft } from '../../lib/draft.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { go } from '../../lib/route.ts'
import { CommandLine } from '../../ui/CommandLine.tsx'
import { DialogButtons } from '../../ui/DialogButtons.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { GrowingText } from '../../ui/GrowingText.tsx'
import { DatasetSelect } from './DatasetSelect.tsx'
import {
  commandOf,
  type EvaluationDraft,
  emptyDraft,
  hasQuestions,
  inputOf,
  isEvaluationDraft,
} from './evaluation-draft.ts'
import { ObjectSelect } from './ObjectSelect.tsx'
import type { Preset } from './preset.ts'
import { formText } from './text.ts'
import { useMetrics } from './use-metrics.ts'
import { useNames } from './use-names.ts'

type Props = {
  /** What whoever opened the dialog wants it to begin with; it is taken over once, and then is a draft like any other. */
  readonly preset?: Preset | undefined
  readonly onPreset?: () => void
  readonly onClose: () => void
}

/** Chooses who answers, what is asked and how it is scored, and starts. The draft outlives the dialog. */
export function NewEvaluation({ preset, onPreset, onClose }: Props) {
  const text = useText(formText)
  const id = useId()
  const [draft, setDraft, clear] = useDraft<EvaluationDraft>('evaluations.new', emptyDraft, isEvaluationDraft)
  const isPreset = useRef(false)
  useEffect(() => {
    if (preset === undefined || isPreset.current) return
    isPreset.current = true
    setDraft(before => ({ ...before, ...preset }))
    onPreset?.()
  }, [preset, onPreset, setDraft])
  const set = (part: Partial<EvaluationDraft>) => setDraft({ ...draft, ...part })
  const names = useNames(draft)
  const data = useQuery({
    ...api.datasets.show.queryOptions({ input: { id: draft.dataset ?? '' } }),
    enabled: draft.dataset !== undefined,
  }).data
  // The run stays on offer once a dataset is chosen instead.
  const [offered, setOffered] = useState(draft.heldBack)
  if (draft.heldBack !== undefined && draft.heldBack !== offered) setOffered(draft.heldBack)
  const run = useQuery({
    ...api.training.show.queryOptions({ input: { id: offered ?? '' } }),
    enabled: offered !== undefined,
  }).data
  const heldBackRows = run && Number(run.facts.heldBackRows ?? 0)
  const all = draft.heldBack === undefined ? data?.rows : heldBackRows
  const start = useMutation(
    api.evaluation.start.mutationOptions({
      onSuccess: evaluation => {
        clear()
        go('evaluations', evaluation.id)
      },
    }),
  )
  const rows = all && Math.min(all, draft.limit ?? all)
  // As many rows as there are is no limit.
  const asked: EvaluationDraft =
    draft.limit !== undefined && draft.limit === all ? { ...draft, limit: undefined } : draft
  const isReady = draft.objects.length > 0 && hasQuestions(draft) && draft.metrics.length > 0
  return (
    <Modal
      open
      width={920}
      title={text.title}
      onCancel={onClose}
      afterOpenChange={() => document.getElementById(`${id}objects`)?.focus()}
      footer={
        <>
          <span className="hint grow">
            {rows !== undefined &&
              draft.objects.length > 0 &&
              text.summary(number(rows * draft.objects.length), number(rows), draft.objects.length)}
          </span>
          <DialogButtons
            action={text.start}
            isReady={isReady}
            isRunning={start.isPending}
            onAct={() => start.mutate(inputOf(asked))}
            onCancel={onClose}
          />
        </>
      }
    >
      <div className="evaluation-grid">
        <div className="evaluation-form">
          <Field id={`${id}objects`} label={text.objects} hint={text.objectsHint} isWide>
            <ObjectSelect id={`${id}objects`} value={draft.objects} onChange={objects => set({ objects })} />
          </Field>
          <Field
            id={`${id}dataset`}
            label={text.dataset}
            {...(data?.state === 'draft' && { hint: text.draftNote })}
            {...(draft.heldBack !== undefined && { hint: text.heldBackHint })}
            isWide
          >
            <DatasetSelect
              id={`${id}dataset`}
              value={draft.dataset}
              heldBack={
                run && {
                  label: text.heldBack(number(heldBackRows ?? 0), run.name),
                  isChosen: draft.heldBack !== undefined,
                }
              }
              onChange={next => set({ dataset: next, heldBack: next === undefined ? offered : undefined })}
            />
          </Field>
          <Field id={`${id}limit`} label={text.limit} hint={text.limitHint}>
            <InputNumber
              id={`${id}limit`}
              min={1}
              max={1_000_000}
              value={draft.limit ?? null}
              placeholder={all === undefined ? text.limitAll : number(all)}
              onChange={limit => set({ limit: limit ?? undefined })}
            />
          </Field>
          <Field id={`${id}name`} label={text.name} hint={text.nameHint} isWide>
            <Input
              id={`${id}name`}
              dir="auto"
              maxLength={300}
              value={draft.name}
              onChange={event => set({ name: event.target.value })}
            />
          </Field>
          <GenerationFields draft={draft} onChange={set} />
          <Field id={`${id}system`} label={text.system} hint={text.systemHint} isWide>
            <GrowingText
              id={`${id}system`}
              dir="auto"
              minRows={2}
              maxRows={8}
              value={draft.system}
              onChange={event => set({ system: event.target.value })}
            />
          </Field>
        </div>
        <Metrics draft={draft} onChange={set} />
      </div>
      <p className="dim">{text.cli}</p>
      <CommandLine command={commandOf(asked, names)} />
      {start.error && <FailureFault error={start.error} title={text.failed} />}
    </Modal>
  )
}

type PartProps = {
  readonly draft: EvaluationDraft
  readonly onChange: (part: Partial<EvaluationDraft>) => void
}

function Metrics({ draft, onChange }: PartProps) {
  const text = useText(formText)
  const { all, error, refetch, isPending } = useMetrics()
  return (
    <fieldset className="metric-choice">
      <legend className="h2">
        {text.metrics}
        {all.length > 0 && <small>{text.chosenOf(number(draft.metrics.length), number(all.length))}</small>}
      </legend>
      {error && <FailureFault error={error} title={text.metricsUnread} onRetry={() => void refetch()} />}
      {isPending && <i className="bone" style={{ width: '70%' }} />}
      {all.map(({ name, title, description, direction }) => (
        <Checkbox
          key={name}
          checked={draft.metrics.includes(name)}
          onChange={event =>
            onChange({
              metrics: event.target.checked ? [...draft.metrics, name] : draft.metrics.filter(each => each !== name),
            })
          }
        >
          <b>{title}</b>
          {direction === 'lower' && <span className="dim">{` ${text.lower}`}</span>}
          <small>{description}</small>
        </Checkbox>
      ))}
    </fieldset>
  )
}

/** One line that states the values; the fields open below it. */
function GenerationFields({ draft, onChange }: PartProps) {
  const text = useText(formText)
  const id = useId()
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <div className="field">
        <span className="field-name">{text.generation}</span>
        <div className="ctl">
          <span className="sub">
            {text.generationLine(
              number(draft.maxTokens),
              number(draft.temperature, 2),
              number(draft.topP, 2),
              String(draft.seed),
            )}
          </span>
          <Button size="small" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            {isOpen ? text.hide : text.change}
          </Button>
        </div>
      </div>
      {isOpen && (
        <>
          <Field id={`${id}max`} label={text.maxTokens}>
            <InputNumber
              id={`${id}max`}
              min={1}
              max={32_768}
              value={draft.maxTokens}
              onChange={value => onChange({ maxTokens: value ?? emptyDraft.maxTokens })}
            />
          </Field>
          <Field id={`${id}temperature`} label={text.temperature} hint={text.temperatureHint}>
            <InputNumber
              id={`${id}temperature`}
              min={0}
              max={2}
              step={0.1}
              value={draft.temperature}
              onChange={value => onChange({ temperature: value ?? 0 })}
            />
          </Field>
          <Field id={`${id}topP`} label={text.topP}>
            <InputNumber
              id={`${id}topP`}
              min={0.01}
              max={1}
              step={0.05}
              value={draft.topP}
              onChange={value => onChange({ topP: value ?? 1 })}
            />
          </Field>
          <Field id={`${id}seed`} label={text.seed}>
            <InputNumber
              id={`${id}seed`}
              precision={0}
              value={draft.seed}
              onChange={value => onChange({ seed: value ?? emptyDraft.seed })}
            />
          </Field>
        </>
      )}
    </>
  )
}

type FieldProps = {
  readonly id: string
  readonly label: string
  readonly hint?: string
  /** The hint stands below, because the control takes the whole line. */
  readonly isWide?: boolean
  readonly children: ReactNode
}
const Field = ({ id, label, hint, isWide = false, children }: FieldProps) => (
  <div className="field">
    <label htmlFor={id}>{label}</label>
    <div className={isWide ? 'ctl wide' : 'ctl'}>
      {children}
      {hint !== undefined && <span className="hint">{hint}</span>}
    </div>
  </div>
)
