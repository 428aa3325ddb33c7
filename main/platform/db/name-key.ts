/**
 * A name as people sort it, as text that SQLite can sort: without case, and with numbers in the order of their values
 * (`run-2` before `run-10`).
 */
export const nameKeyOf = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\d+/g, digits => digits.replace(/^0+(?=\d)/, '').padStart(12, '0'))
