import { useMutation } from '@tanstack/react-query'
import { App, Button, Segmented, Tooltip } from 'antd'
import { Play } from 'lucide-react'
import { useCallback, useState } from 'react'
import { api } from '../../../lib/client.ts'
import { offerDraft } from '../../../lib/draft.ts'
import { useText } from '../../../lib/i18n.ts'
import { useOnceReady } from '../../../lib/once-ready.ts'
import { go, hrefTo, setQuery, useRoute } from '../../../lib/route.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { FailureFault } from '../../../ui/Fault.tsx'
import { Page } from '../../../ui/Page.tsx'
import { useUndo } from '../../../ui/undo.tsx'
import { emptyDraft, ratesOf } from './draft.ts'
import { EnvironmentFault, useCanTrain } from './Environment.tsx'
import { FormBones } from './FormBones.tsx'
import { FoldedSections, OpenSections } from './ParameterSections.tsx'
import { ParametersJson } from './ParametersJson.tsx'
import { Planner } from './Planner.tsx'
import { formText, planText } from './text.ts'
import { usePrefill } from './use-prefill.ts'
import { runDraft, useRunForm } from './use-run-form.ts'
import { WhatSection } from './WhatSection.tsx'

/** A run is filled in, planned while it is, and started. */
export function NewRun() {
  const text = useText(formText)
  const plans = useText(planText)
  const form = useRunForm()
  const { message } = App.useApp()
  const { query } = useRoute()
  const canTrain = useCanTrain()
  const [wantsAnyway, setAnyway] = useState(false)
  const [prefillError, setPrefillError] = useState<unknown>()
  usePrefill(form, useCallback(setPrefillError, []))
  const isTooLarge = form.plan?.memory.verdict === 'too_large'
  const isAnyway = isTooLarge && wantsAnyway
  const { draft } = form
  const start = useMutation(
    api.training.start.mutationOptions({
      onSuccess: run => {
        void message.success(text.started(run.name))
        form.clear()
        go('training', run.id)
      },
    }),
  )
  const canStart = form.plan !== undefined && form.isValid && canTrain && (!isTooLarge || isAnyway) && !form.planError
  const submit = () => {
    if (!draft.model) return
    start.mutate({
      method: draft.method,
      model: draft.model.id,
      dataset: draft.datasets.map(({ id }) => id),
      validation: draft.validation.map(({ id }) => id),
      samplingRate: ratesOf(draft),
      set: { ...form.set },
      device: draft.device,
      anyway: isAnyway,
      ...(draft.name.trim() !== '' && { name: draft.name.trim() }),
      ...(draft.description?.trim() && { description: draft.description.trim() }),
      ...(draft.from && { from: draft.from.id }),
    })
  }
  const undo = useUndo()
  const bringBack = async () => {
    form.update(draft)
    // For the form that is opened next, should this one have been left meanwhile.
    offerDraft(runDraft, draft)
  }
  const clear = () => {
    form.clear()
    if (draft !== emptyDraft) undo(text.cleared, bringBack)
  }
  // Asked for right behind the last letter, it waits for the plan of what stands in the form by now.
  const started = useOnceReady(form.isPlanned || !canStart, () => {
    if (canStart) submit()
  })
  const isJson = query.view === 'json'
  const button = (
    <ActionButton
      needs="write"
      type="primary"
      icon={<Play size={14} />}
      disabled={!canStart}
      loading={start.isPending || started.isWaiting}
      danger={isAnyway}
      onClick={started.ask}
    >
      {isAnyway ? text.startAnyway : text.start}
    </ActionButton>
  )
  return (
    <Page
      crumb={<a href={hrefTo('training')}>{text.runs}</a>}
      title={text.title}
      actions={
        <>
          <Segmented<string>
            value={isJson ? 'json' : 'fields'}
            aria-label={text.title}
            options={[
              { value: 'fields', label: text.fields },
              { value: 'json', label: text.json },
            ]}
            onChange={view => setQuery({ view: view === 'json' ? view : undefined })}
          />
          <Button type="text" onClick={clear}>
            {text.clear}
          </Button>
          {isTooLarge && !isAnyway ? <Tooltip title={plans.overCause}>{button}</Tooltip> : button}
        </>
      }
    >
      <div className="new-run">
        <div className="scroll grow form">
          <EnvironmentFault />
          {prefillError !== undefined && <FailureFault error={prefillError} title={text.schemaFailed} />}
          {start.error && <FailureFault error={start.error} title={text.startFailed} onRetry={submit} />}
          {form.schemaError ? (
            <FailureFault error={form.schemaError} title={text.schemaFailed} onRetry={form.retrySchema} />
          ) : form.items.length === 0 ? (
            <FormBones />
          ) : (
            <>
              <WhatSection form={form} />
              {isJson ? (
                <ParametersJson form={form} />
              ) : (
                <>
                  <OpenSections form={form} />
                  <FoldedSections form={form} />
                </>
              )}
            </>
          )}
        </div>
        <Planner form={form} isAnyway={isAnyway} onAnyway={setAnyway} />
      </div>
    </Page>
  )
}
