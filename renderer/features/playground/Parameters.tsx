import { Button, InputNumber, Select, Slider } from 'antd'
import { type ReactNode, useId } from 'react'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { GrowingText } from '../../ui/GrowingText.tsx'
import { type Conversation, type Sampling, usualSampling } from './conversation.ts'
import { parameterText } from './text.ts'

type Props = {
  readonly conversation: Conversation
  readonly onChange: (change: (before: Conversation) => Conversation) => void
}

/** The most that `/v1` gives for one place: `maxTopLogprobs` of contract/engine.ts, which the page does not load. */
const maxAlternatives = 20

/** How answers are drawn, for both sides alike, and what the model is told first. */
export function Parameters({ conversation: { sampling, system }, onChange }: Props) {
  const text = useText(parameterText)
  const id = useId()
  const set = (part: Partial<Sampling>) =>
    onChange(before => ({ ...before, sampling: { ...before.sampling, ...part } }))
  const isUsual = JSON.stringify(sampling) === JSON.stringify(usualSampling)
  return (
    <aside className="side params" aria-label={text.title}>
      <div className="sec">
        <h2>
          {text.title}
          <span className="grow" />
          {!isUsual && (
            <Button size="small" type="text" onClick={() => set(usualSampling)}>
              {text.reset}
            </Button>
          )}
        </h2>
        <SliderRow
          label={text.temperature}
          hint={text.temperatureHint}
          value={sampling.temperature}
          max={2}
          step={0.05}
          onChange={temperature => set({ temperature })}
        />
        <SliderRow
          label={text.topP}
          value={sampling.topP}
          min={0.05}
          max={1}
          step={0.05}
          onChange={topP => set({ topP })}
        />
        <SliderRow
          label={text.repetition}
          value={sampling.repetitionPenalty}
          min={1}
          max={2}
          step={0.05}
          onChange={repetitionPenalty => set({ repetitionPenalty })}
        />
        <SliderRow
          label={text.presence}
          value={sampling.presencePenalty}
          min={-2}
          max={2}
          step={0.1}
          onChange={presencePenalty => set({ presencePenalty })}
        />
        <SliderRow
          label={text.frequency}
          value={sampling.frequencyPenalty}
          min={-2}
          max={2}
          step={0.1}
          onChange={frequencyPenalty => set({ frequencyPenalty })}
        />
        <Row id={`${id}max`} label={text.maxTokens}>
          <InputNumber
            id={`${id}max`}
            min={1}
            max={1_000_000}
            value={sampling.maxTokens ?? null}
            placeholder={text.maxTokensFull}
            onChange={value => set({ maxTokens: value ?? undefined })}
          />
        </Row>
        <Row id={`${id}seed`} label={text.seed} hint={text.seedHint}>
          <InputNumber
            id={`${id}seed`}
            precision={0}
            value={sampling.seed ?? null}
            placeholder={text.seedRandom}
            onChange={value => set({ seed: value ?? undefined })}
          />
        </Row>
        <div className="pf">
          <label htmlFor={`${id}stop`}>{text.stop}</label>
          <Select
            id={`${id}stop`}
            mode="tags"
            open={false}
            suffixIcon={null}
            placeholder={text.stopPlaceholder}
            value={sampling.stop.map(written)}
            onChange={(values: string[]) => set({ stop: values.map(meant).slice(0, 16) })}
          />
        </div>
        <Row id={`${id}probabilities`} label={text.probabilities} hint={text.probabilitiesHint}>
          <InputNumber
            id={`${id}probabilities`}
            min={0}
            max={maxAlternatives}
            value={sampling.alternatives ?? null}
            placeholder="–"
            onChange={value => set({ alternatives: value ?? undefined })}
          />
        </Row>
      </div>
      <div className="sec">
        <h2>
          <label htmlFor={`${id}system`}>{text.system}</label>
        </h2>
        <GrowingText
          id={`${id}system`}
          minRows={3}
          maxRows={14}
          value={system}
          dir="auto"
          placeholder={text.systemPlaceholder}
          onChange={event => {
            const next = event.target.value
            onChange(before => ({ ...before, system: next }))
          }}
        />
      </div>
    </aside>
  )
}

const written = (stop: string): string => stop.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t')
const meant = (typed: string): string =>
  typed.replace(/\\([nt\\])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : '\\'))

type RowProps = { readonly id: string; readonly label: string; readonly hint?: string; readonly children: ReactNode }
const Row = ({ id, label, hint, children }: RowProps) => (
  <div className="pf row" title={hint}>
    <label htmlFor={id}>{label}</label>
    {children}
  </div>
)

type SliderProps = {
  readonly label: string
  readonly hint?: string
  readonly value: number
  readonly min?: number
  readonly max: number
  readonly step: number
  readonly onChange: (value: number) => void
}
const SliderRow = ({ label, hint, value, min = 0, max, step, onChange }: SliderProps) => (
  <div className="pf" title={hint}>
    <div className="pf-name">
      <span>{label}</span>
      <b>{number(value, 2)}</b>
    </div>
    <Slider
      min={min}
      max={max}
      step={step}
      value={value}
      // A bar from the left end would say "half full" of a penalty of none.
      included={min >= 0}
      tooltip={{ open: false }}
      ariaLabelForHandle={label}
      onChange={onChange}
    />
  </div>
)
