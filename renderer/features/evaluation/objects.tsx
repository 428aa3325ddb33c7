/** The objects of an evaluation are told apart by a letter and a colour, in every table and plot alike. */
export const letterOf = (index: number): string => String.fromCharCode(65 + index)
export const colourOf = (index: number): string => `var(--s${index + 1})`

export const ObjectMark = ({ index }: { readonly index: number }) => (
  <i className="ob" style={{ ['--c' as string]: colourOf(index) }} aria-hidden>
    {letterOf(index)}
  </i>
)
