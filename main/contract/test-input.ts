import type { ContractProcedure, ErrorMap, InferSchemaOutput } from '@orpc/contract'
import type * as z from 'zod'
import type { MethodFacts } from './method.ts'

/** For tests that call handlers: what a method is given when somebody asks for this, with defaults, as the surfaces parse it. */
export const inputOf = <I extends z.ZodType, O extends z.ZodType>(
  method: ContractProcedure<I, O, ErrorMap, MethodFacts>,
  input: z.input<I>,
): InferSchemaOutput<I> => {
  const schema = method['~orpc'].inputSchema
  if (!schema) throw new Error('this method takes nothing')
  return schema.parse(input) as InferSchemaOutput<I>
}
