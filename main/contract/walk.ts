import type { AnySchema, ContractProcedure, ErrorMap } from '@orpc/contract'
import { contract } from './index.ts'
import type { MethodFacts } from './method.ts'

export type AnyMethod = ContractProcedure<AnySchema, AnySchema, ErrorMap, MethodFacts>
export type ListedMethod = {
  readonly domain: string
  readonly verb: string
  readonly facts: MethodFacts
  readonly method: AnyMethod
}

/** Every method with its place in the contract, for the surfaces that are generated from it and the tests that hold it. */
export function listMethods(): readonly ListedMethod[] {
  return Object.entries(contract).flatMap(([domain, verbs]) =>
    Object.entries(verbs).map(([verb, method]) => ({
      domain,
      verb,
      facts: method['~orpc'].meta as MethodFacts,
      method: method as AnyMethod,
    })),
  )
}
