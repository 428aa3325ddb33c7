import { useQuery } from '@tanstack/react-query'
import { Button, Input, Segmented, Tooltip } from 'antd'
import { Plus } from 'lucide-react'
import { useId, useState } from 'react'
import { Said } from '../../../lib/backend-words.ts'
import { api } from '../../../lib/client.ts'
import { failureOf } from '../../../lib/failure.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { useView } from '../../../lib/view.ts'
import { GrowingText } from '../../../ui/GrowingText.tsx'
import { mostDescriptionLetters } from '../numbers.ts'
import { methodText } from '../parameter-text.ts'
import type { Method, Picked } from './draft.ts'
import { FieldRow } from './FieldRow.tsx'
import { openGroups } from './form-model.ts'
import { modelNote } from './options.ts'
import { ParameterField } from './ParameterField.tsx'
import { AdapterPicker, BasePicker, DatasetPicker } from './pickers.tsx'
import { Replay } from './Replay.tsx'
import { SamplingRates } from './SamplingRates.tsx'
import { formText } from './text.ts'
import type { RunForm } from './use-run-form.ts'

const order: readonly Method[] = ['sft', 'dpo', 'kto', 'pretrain']

/** What is trained on what: method, base, data, and which weights learn. */
export function WhatSection({ form }: { readonly form: RunForm }) {
  const text = useText(formText)
  const names = useText(methodText)
  const language = useView(view => view.language)
  const id = useId()
  const { draft, update } = form
  const methods = useQuery(api.training.methods.queryOptions({ input: {} })).data?.items ?? []
  const help = methods.find(({ method }) => method === draft.method)
  const [hasFrom, setHasFrom] = useState(draft.from !== undefined)
  return (
    <section aria-label={text.what}>
      <h2>{text.what}</h2>
      <FieldRow label={text.method} hint={help && (language === 'zh' ? help.helpZh : help.help)}>
        <Segmented<Method>
          value={draft.method}
          aria-label={text.method}
          options={order.map(method => ({ value: method, label: names[method] }))}
          onChange={method => update({ method })}
        />
      </FieldRow>
      <FieldRow label={text.model} controlId={`${id}-model`} hint={<ModelHint model={draft.model} />}>
        <BasePicker id={`${id}-model`} value={draft.model} onChange={model => update({ model })} />
        {!hasFrom && draft.from === undefined && (
          <Tooltip title={text.addFrom}>
            <Button
              size="small"
              type="text"
              icon={<Plus size={14} />}
              aria-label={text.addFrom}
              onClick={() => setHasFrom(true)}
            />
          </Tooltip>
        )}
      </FieldRow>
      {(hasFrom || draft.from !== undefined) && (
        <FieldRow label={text.from} controlId={`${id}-from`} hint={text.fromHint}>
          <AdapterPicker
            id={`${id}-from`}
            value={draft.from}
            onChange={from => {
              update({ from })
              if (!from) setHasFrom(false)
            }}
          />
        </FieldRow>
      )}
      <FieldRow label={text.datasets} controlId={`${id}-data`} hint={<RowsHint form={form} />}>
        <DatasetPicker
          id={`${id}-data`}
          label={text.datasets}
          placeholder={text.pickDatasets}
          method={draft.method}
          value={draft.datasets}
          onChange={datasets => update({ datasets })}
        />
      </FieldRow>
      <SamplingRates form={form} />
      <Replay form={form} />
      <FieldRow label={text.validation} controlId={`${id}-valid`} hint={text.validationHint}>
        <DatasetPicker
          id={`${id}-valid`}
          label={text.validation}
          placeholder={text.pickValidation}
          method={draft.method}
          value={draft.validation}
          onChange={validation => update({ validation })}
        />
      </FieldRow>
      {form.items
        .filter(({ key }) => (openGroups.what as readonly string[]).includes(key))
        .map(item => (
          <ParameterField key={item.key} form={form} item={item} />
        ))}
      <FieldRow label={text.name} controlId={`${id}-name`} hint={text.nameHint}>
        <Input
          id={`${id}-name`}
          className="field-asset"
          value={draft.name}
          maxLength={300}
          dir="auto"
          placeholder={text.namePlaceholder}
          onChange={event => update({ name: event.target.value })}
        />
      </FieldRow>
      <FieldRow label={text.description} controlId={`${id}-description`} hint={text.descriptionHint}>
        <GrowingText
          id={`${id}-description`}
          className="field-asset"
          minRows={1}
          maxRows={5}
          maxLength={mostDescriptionLetters}
          dir="auto"
          value={draft.description ?? ''}
          onChange={event => update({ description: event.target.value })}
        />
      </FieldRow>
    </section>
  )
}

/** Size and licence of the base; or that it is gone, where the draft is older than the model. */
function ModelHint({ model }: { readonly model: Picked | undefined }) {
  const { data, error } = useQuery({
    ...api.models.show.queryOptions({ input: { id: model?.id ?? '' } }),
    enabled: model !== undefined,
  })
  if (!model) return null
  if (error)
    return (
      <span className="tx-err">
        <Said>{failureOf(error).message}</Said>
      </span>
    )
  return data ? <span className="sub">{modelNote(data)}</span> : null
}

/** How many rows learn: what is held back is taken off. */
function RowsHint({ form }: { readonly form: RunForm }) {
  const text = useText(formText)
  return form.plan ? <span className="sub">{text.held(number(form.plan.rows))}</span> : null
}
