/**
 * Three English words in a row: in a Chinese sentence, something that was not translated. Commands, paths and names of
 * files are the same in each language.
 */
export const englishIn = (text: string): string | undefined =>
  /[A-Za-z]+ [A-Za-z]+ [A-Za-z]+/.exec(
    text.replaceAll(/(slipway|git|ollama|npm)( [a-z]+){1,2}|(\/[\w.-]+)+|--[\w-]+( [A-Z]+)?|`[^`]*`/g, ' # '),
  )?.[0]
