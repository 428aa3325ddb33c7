import { createTranslator, type Translator } from './translator.ts'
import { allWords } from './zh/index.ts'

/** Says in Chinese what the backend says in English: scripts and logs read the one, people in the Chinese interface the other. */
export const toChinese: Translator = createTranslator(allWords)
