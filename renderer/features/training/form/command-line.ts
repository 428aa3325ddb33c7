import { type RunDraft, ratesOf, type Values } from './draft.ts'

/** A word as a POSIX shell reads it back. */
const quoted = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`

const shown = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value))

/** The flags that give the same parameters: `learningRate=0.0002`. */
export const setFlags = (set: Values): readonly string[] =>
  Object.entries(set).map(([key, value]) => `${key}=${shown(value)}`)

const samplingFlags = (draft: RunDraft): readonly string[] => {
  const rates = ratesOf(draft)
  return draft.datasets.flatMap(({ id, name }) =>
    rates[id] === undefined ? [] : [`--sampling-rate ${quoted(`${name}=${rates[id]}`)}`],
  )
}

/** The same run on the command line, one concern a line. What was not chosen yet stands in capitals. */
export function commandOf(draft: RunDraft, set: Values, { anyway = false } = {}): string {
  const names = (picked: RunDraft['datasets']) => picked.map(({ name }) => quoted(name)).join(' ')
  // The command line takes one pair after each flag.
  const flags = setFlags(set).map(flag => `--set ${quoted(flag)}`)
  return [
    `slipway training start --method ${draft.method}`,
    `--model ${draft.model ? quoted(draft.model.name) : 'MODEL'}`,
    draft.from && `--from ${quoted(draft.from.name)}`,
    `--dataset ${draft.datasets.length > 0 ? names(draft.datasets) : 'DATASET'}`,
    ...samplingFlags(draft),
    draft.validation.length > 0 && `--validation ${names(draft.validation)}`,
    draft.name.trim() !== '' && `--name ${quoted(draft.name.trim())}`,
    draft.description?.trim() && `--description ${quoted(draft.description.trim())}`,
    draft.device !== 'auto' && `--device ${quoted(draft.device)}`,
    flags.length > 0 && flags.join(' '),
    anyway && '--anyway',
  ]
    .filter(part => typeof part === 'string' && part !== '')
    .join(' \\\n  ')
}
