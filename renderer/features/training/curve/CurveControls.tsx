import { Segmented, Slider, Switch, Tooltip } from 'antd'
import { useId } from 'react'
import { percent } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import type { XAxis } from './curve.ts'
import type { CurveView } from './curve-view.ts'
import { curveText } from './text.ts'

type Props = {
  readonly view: CurveView
  /** False where the points carry no time. */
  readonly hasTime: boolean
  readonly onChange: (part: Partial<CurveView>) => void
}

/** How the curves are looked at: over what, how smooth, on which scale. */
export function CurveControls({ view, hasTime, onChange }: Props) {
  const text = useText(curveText)
  const id = useId()
  return (
    <div className="curve-controls">
      <Tooltip title={hasTime ? undefined : text.noTime}>
        <Segmented<XAxis>
          block
          size="small"
          aria-label={text.xAxis}
          value={view.axis === 'time' && !hasTime ? 'step' : view.axis}
          options={[
            { value: 'step', label: text.step },
            { value: 'epoch', label: text.epoch },
            { value: 'time', label: text.time, disabled: !hasTime },
          ]}
          onChange={axis => onChange({ axis })}
        />
      </Tooltip>
      <div className="curve-slider">
        <span id={`${id}-smooth`}>{text.smoothing}</span>
        <Slider
          min={0}
          max={0.99}
          step={0.01}
          value={view.smoothing}
          ariaLabelledByForHandle={`${id}-smooth`}
          tooltip={{ formatter: value => percent(value ?? 0, 0) }}
          onChange={smoothing => onChange({ smoothing })}
        />
      </div>
      <label className="curve-switch" htmlFor={`${id}-log`}>
        {text.logarithmic}
        <Switch
          id={`${id}-log`}
          size="small"
          checked={view.isLogarithmic}
          onChange={isLogarithmic => onChange({ isLogarithmic })}
        />
      </label>
    </div>
  )
}
