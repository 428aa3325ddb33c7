import { type Language, useView } from './view.ts'

/** What a screen says: English and Chinese side by side, so that neither is forgotten. Figures come in as arguments. */
type Phrase = string | ((...figures: never[]) => string)
export type Dictionary = Readonly<Record<string, readonly [en: Phrase, zh: Phrase]>>
export type Text<D extends Dictionary> = { readonly [K in keyof D]: D[K][0] }

/** Declares a dictionary; both languages of a phrase have one type. */
export const dictionary = <
  const D extends { readonly [K in keyof D]: readonly [Phrase, NoInfer<D[K][0]> extends string ? string : D[K][0]] },
>(
  phrases: D,
): D => phrases

const cache = new WeakMap<Dictionary, Partial<Record<Language, unknown>>>()

/** The phrases of a dictionary in one language. */
export function textOf<D extends Dictionary>(phrases: D, language: Language): Text<D> {
  const known = cache.get(phrases) ?? {}
  cache.set(phrases, known)
  known[language] ??= Object.fromEntries(
    Object.entries(phrases).map(([key, [en, zh]]) => [key, language === 'zh' ? zh : en]),
  )
  return known[language] as Text<D>
}

/** The phrases of a dictionary in the language that is on; the component follows when it is switched. */
export const useText = <D extends Dictionary>(phrases: D): Text<D> =>
  textOf(
    phrases,
    useView(view => view.language),
  )
