import { createTranslator, type Translator } from './translator.ts'
import { allWords } from './zh/index.ts'

let translator: Translator | undefined

/**
 * Says in Chinese what the backend says in English: scripts and logs read the one, people in the Chinese interface the
 * other. The catalogue is read at the first call.
 */
export const toChinese: Translator = text => {
  translator ??= createTranslator(allWords)
  return translator(text)
}
