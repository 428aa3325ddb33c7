import { FieldRow } from './FieldRow.tsx'

const sections = [
  [48, 62, 62, 62, 30, 40],
  [22, 26, 22],
  [22, 22],
]

/** The form before its parameters are known: drawn at once afterwards, so that no field moves under the pointer. */
export const FormBones = () => (
  <div aria-busy>
    {sections.map((widths, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: these sections have nothing but their place.
      <section key={index}>
        <h2>
          <i className="bone" style={{ width: 90 }} />
        </h2>
        {widths.map((width, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: these rows have nothing but their place.
          <FieldRow key={row} label={<i className="bone" style={{ width: 76 }} />}>
            <i className="bone" style={{ width: `${width}%` }} />
          </FieldRow>
        ))}
      </section>
    ))}
  </div>
)
