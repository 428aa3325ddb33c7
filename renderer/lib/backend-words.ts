import { create } from 'zustand'
import type { Translator } from '../../main/contract/words/translator.ts'
import { dateTime } from './format.ts'
import { useView } from './view.ts'

/**
 * The backend speaks English, because scripts and logs read it too. What it says (failures, hints, plans, problems,
 * notes) is shown through here. The Chinese catalogue is fetched when that language is on for the first time.
 */
const useCatalogue = create<{ readonly toChinese: Translator | undefined }>(() => ({ toChinese: undefined }))

const isoTime = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g

/** A time within a sentence is told as the screens tell times. */
const inOurTime: Translator = text => text.replace(isoTime, dateTime)

/** So many sentences are remembered: a list draws the same ones again and again. */
const rememberedTexts = 500

function remembering(translate: Translator): Translator {
  const known = new Map<string, string>()
  return text => {
    const before = known.get(text)
    if (before !== undefined) return before
    const said = translate(text)
    if (known.size >= rememberedTexts) known.clear()
    known.set(text, said)
    return said
  }
}

let loading: Promise<void> | undefined

/** Fetches the catalogue once. Rejects where it cannot be fetched; the next call tries again. */
async function load(): Promise<void> {
  loading ??= import('../../main/contract/words/chinese.ts').then(({ toChinese }) => {
    const translate = remembering(toChinese)
    useCatalogue.setState({ toChinese: text => inOurTime(translate(text)) })
  })
  try {
    await loading
  } catch (error) {
    loading = undefined
    throw error
  }
}

/** Keeps the words of the language that is on at hand, from the first screen on. */
export async function followBackendWords(): Promise<void> {
  const follow = async () => {
    if (useView.getState().language !== 'zh') return
    // Where the backend is gone at this moment, its sentences stay English and the screens work; a switch tries again.
    await load().catch(() => undefined)
  }
  useView.subscribe(({ language }, before) => {
    if (language !== before.language) void follow()
  })
  await follow()
}

const translatorOf = (language: 'en' | 'zh', toChinese: Translator | undefined): Translator =>
  (language === 'zh' ? toChinese : undefined) ?? inOurTime

/** What the backend says, in the language that is on; the component follows when it is switched. */
export function useSaid(): Translator {
  const language = useView(view => view.language)
  const toChinese = useCatalogue(state => state.toChinese)
  return translatorOf(language, toChinese)
}

/** The same for a moment outside of a component, such as a message that is shown once. */
export const said: Translator = text =>
  translatorOf(useView.getState().language, useCatalogue.getState().toChinese)(text)

/** One text of the backend, in the language that is on. */
export const Said = ({ children }: { readonly children: string }): string => useSaid()(children)
