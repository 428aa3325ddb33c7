/** One thing that can be chosen, as its list shows it. */
export type SearchOption = {
  readonly value: string
  readonly label: string
  readonly title?: string
  /** Shown with the reason why not, and never chosen. */
  readonly disabled?: boolean
}
export type SearchGroup<O extends SearchOption> = { readonly label: string; readonly options: readonly O[] }
export type SearchOptions<O extends SearchOption> = readonly (O | SearchGroup<O>)[]

const isGroup = <O extends SearchOption>(each: O | SearchGroup<O>): each is SearchGroup<O> => 'options' in each

const choosableFirst = <O extends SearchOption>(options: readonly O[]): O[] => [
  ...options.filter(({ disabled }) => !disabled),
  ...options.filter(({ disabled }) => disabled),
]

/**
 * The options as they are listed: within its group, what can be chosen comes first, and groups of nothing are left out.
 * So the line that a list marks by itself is the one that Enter takes, whatever was listed for the letters before.
 */
export const listed = <O extends SearchOption>(options: SearchOptions<O>): SearchOptions<O> => [
  ...choosableFirst(options.filter(each => !isGroup(each)) as readonly O[]),
  ...options
    .filter(isGroup<O>)
    .filter(({ options: all }) => all.length > 0)
    .map(({ label, options: all }) => ({ label, options: choosableFirst(all) })),
]

const flat = <O extends SearchOption>(options: SearchOptions<O>): readonly O[] =>
  options.flatMap(each => (isGroup(each) ? each.options : [each]))

/** What Enter takes: the first that can be chosen. */
export const firstChoosable = <O extends SearchOption>(options: SearchOptions<O>): O | undefined =>
  flat(options).find(({ disabled }) => !disabled)

/** The option with a value. */
export const optionOf = <O extends SearchOption>(options: SearchOptions<O>, value: string): O | undefined =>
  flat(options).find(option => option.value === value)
