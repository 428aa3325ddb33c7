import { AppError } from '../../../contract/errors.ts'

export const GiB = 1_073_741_824

const exact = (value: bigint, what: string): number => {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new AppError('too_large', `${what} comes to more than 2^53 bytes: the model's dimensions cannot be right.`, {
      hint: "Check the model's config.json and the tensor shapes in its headers.",
    })
  return Number(value)
}

/** The product of whole numbers, exact: dimensions come from untrusted headers, and a wrapped product would "fit". */
export const product = (...factors: readonly number[]): number =>
  exact(
    factors.reduce((total, factor) => total * BigInt(factor), 1n),
    factors.join(' × '),
  )

/** The sum of whole numbers, exact. */
export const sum = (terms: readonly number[]): number =>
  exact(
    terms.reduce((total, term) => total + BigInt(term), 0n),
    'a sum of sizes',
  )
