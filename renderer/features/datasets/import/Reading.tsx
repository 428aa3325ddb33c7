import { Select } from 'antd'
import { useId } from 'react'
import type { DatasetField, DatasetFormat, SamplePreview } from '../../../../main/contract/dataset-rows.ts'
import type { Outputs } from '../../../../main/contract/index.ts'
import { failureOf } from '../../../lib/failure.ts'
import { bytes, number, percent } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { listed } from '../../../lib/marks.ts'
import { FailureFault, Fault } from '../../../ui/Fault.tsx'
import { Glyph } from '../../../ui/Glyph.tsx'
import { formatText, kindText } from '../text.ts'
import { formatFields } from './format-fields.ts'
import type { ImportDraft } from './import-draft.ts'
import { Sample } from './Sample.tsx'
import { fieldText, importText } from './text.ts'

export type Detection = Outputs['datasets']['detect']

type Props = {
  readonly draft: ImportDraft
  readonly onChange: (part: Partial<ImportDraft>) => void
  readonly detection: Detection | undefined
  readonly error: Error | null
  readonly isLooking: boolean
  readonly onRetry: () => void
}

const usualFields: readonly DatasetField[] = ['prompt', 'response', 'messages', 'text']

/** The first rows that a failed detection shows in its details. */
const previewOf = (value: unknown): SamplePreview | undefined =>
  typeof value === 'object' && value !== null && 'rows' in value && Array.isArray(value.rows)
    ? (value as SamplePreview)
    : undefined

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []

/** How a file is read: its format, which column is which, and what the first rows become. */
export function Reading({ draft, onChange, detection, error, isLooking, onRetry }: Props) {
  const text = useText(importText)
  const kinds = useText(kindText)
  const details = error ? failureOf(error).details : undefined
  // A file that could not be read still says which columns and which parts it has: then a person can say the rest.
  const columns = detection
    ? [...Object.values(detection.columns), ...detection.ignoredColumns]
    : Object.keys(typeof details?.columns === 'object' && details.columns !== null ? details.columns : {})
  const preview = detection?.preview ?? previewOf(details?.preview)
  const splits = strings(details?.splits)
  // As long as the format is detected, a column can be given to any of the usual fields: that may change what is detected.
  const fields = draft.format
    ? formatFields[draft.format]
    : [...new Set([...(detection ? formatFields[detection.format] : []), ...usualFields])]
  return (
    <section className="reading" aria-busy={isLooking}>
      <div className="reading-how">
        {isLooking && !detection && (
          <p className="looking" role="status">
            {text.looking}
          </p>
        )}
        {error &&
          (columns.length > 0 || splits.length > 0 ? (
            <Fault
              tone="warn"
              title={text.notRead}
              cause={failureOf(error).message}
              remedy={splits.length > 0 ? text.chooseSplit : text.chooseColumns}
            />
          ) : (
            <FailureFault error={error} title={text.notRead} onRetry={onRetry} />
          ))}
        {detection && (
          <p className="reading-verdict" role="status">
            <Glyph state={detection.confidence < 1 ? 'warn' : 'ok'} />
            <span>
              {text.detected(
                kinds[detection.kind],
                percent(detection.confidence, detection.confidence < 1 ? 1 : 0),
                number(detection.sampledRows),
              )}
            </span>
          </p>
        )}
        {(splits.length > 0 || draft.split !== undefined) && (
          <SplitChoice splits={splits} value={draft.split} onChange={split => onChange({ split })} />
        )}
        <FormatChoice value={draft.format} onChange={chosen => onChange({ format: chosen, map: {} })} />
        {columns.length > 0 && (
          <Mapping
            fields={fields}
            columns={[...new Set(columns)]}
            detected={detection?.columns ?? {}}
            chosen={draft.map}
            onChange={map => onChange({ map })}
          />
        )}
        {detection && detection.ignoredColumns.length > 0 && (
          <p className="hint" dir="auto">
            {text.ignored(listed(detection.ignoredColumns))}
          </p>
        )}
        {detection && (
          <p className="hint">
            {text.filesSum(
              number(detection.files.length),
              bytes(detection.files.reduce((sum, file) => sum + file.sizeBytes, 0)),
            )}
          </p>
        )}
      </div>
      {preview && <Sample preview={preview} kind={detection?.kind} />}
    </section>
  )
}

type FormatProps = {
  readonly value: DatasetFormat | undefined
  readonly onChange: (format: DatasetFormat | undefined) => void
}
function FormatChoice({ value, onChange }: FormatProps) {
  const text = useText(importText)
  const names = useText(formatText)
  const id = useId()
  const options = Object.keys(formatFields) as readonly DatasetFormat[]
  return (
    <div className="field">
      <label htmlFor={id}>{text.format}</label>
      <div className="ctl">
        <Select
          id={id}
          value={value ?? 'auto'}
          style={{ width: '100%' }}
          onChange={(chosen: DatasetFormat | 'auto') => onChange(chosen === 'auto' ? undefined : chosen)}
          options={[
            { value: 'auto' as const, label: text.auto },
            ...options.map(format => ({ value: format, label: names[format] })),
          ]}
        />
      </div>
    </div>
  )
}

type SplitProps = {
  readonly splits: readonly string[]
  readonly value: string | undefined
  readonly onChange: (split: string | undefined) => void
}
function SplitChoice({ splits, value, onChange }: SplitProps) {
  const text = useText(importText)
  const id = useId()
  const known = [...new Set([...splits, ...(value !== undefined && value !== 'all' ? [value] : [])])]
  return (
    <>
      <div className="field">
        <label htmlFor={id}>{text.split}</label>
        <div className="ctl">
          <Select
            id={id}
            {...(value !== undefined && { value })}
            style={{ width: '100%' }}
            allowClear
            onChange={(split: string | undefined) => onChange(split)}
            options={[...known.map(split => ({ value: split, label: split })), { value: 'all', label: text.mixAll }]}
          />
        </div>
      </div>
      <p className="hint">{text.splitHint}</p>
    </>
  )
}

type MappingProps = {
  readonly fields: readonly DatasetField[]
  readonly columns: readonly string[]
  readonly detected: Readonly<Partial<Record<DatasetField, string>>>
  readonly chosen: ImportDraft['map']
  readonly onChange: (map: ImportDraft['map']) => void
}

/** Which column each field is read from: as detected, until a person says otherwise. */
function Mapping({ fields, columns, detected, chosen, onChange }: MappingProps) {
  const text = useText(importText)
  const names = useText(fieldText)
  if (fields.length === 0) return null
  return (
    <fieldset className="mapping">
      <legend>
        {text.columns} <small>{text.columnsNote}</small>
      </legend>
      {fields.map(field => (
        <div key={field} className="mapping-row">
          <span>{names[field]}</span>
          <Select
            aria-label={names[field]}
            size="small"
            showSearch
            allowClear={chosen[field] !== undefined}
            value={chosen[field] ?? detected[field] ?? ''}
            style={{ width: '100%' }}
            onChange={(column: string | undefined) => {
              const { [field]: _, ...rest } = chosen
              onChange(column ? { ...rest, [field]: column } : rest)
            }}
            options={[
              { value: '', label: <span className="dim">{text.noColumn}</span> },
              ...columns.map(column => ({ value: column, label: column })),
            ]}
          />
        </div>
      ))}
    </fieldset>
  )
}
