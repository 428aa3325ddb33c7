import { dash as dashes, type SeriesColour } from '../../../ui/tokens.ts'

/** A line as it is drawn in the chart: colour and dash, so that two curves differ to every eye. */
export const Swatch = ({ colour, dash }: { readonly colour: SeriesColour; readonly dash: number }) => (
  <svg className="swatch" width="22" height="8" aria-hidden="true">
    <path d="M0 4h22" stroke={`var(--${colour})`} strokeWidth="2" strokeDasharray={(dashes[dash] ?? []).join(' ')} />
  </svg>
)
