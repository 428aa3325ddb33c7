import type { InferContractRouterInputs, InferContractRouterOutputs } from '@orpc/contract'
import { audit } from './audit.ts'
import { datasets } from './datasets.ts'
import { doctor, environments } from './environments.ts'
import { evaluation } from './evaluation.ts'
import { files } from './files.ts'
import { keys, sessions } from './identity.ts'
import { inference } from './inference.ts'
import { jobs } from './jobs.ts'
import type { Handlers } from './method.ts'
import { models } from './models.ts'
import { resources } from './resources.ts'
import { search } from './search.ts'
import { settings } from './settings.ts'
import { storage } from './storage.ts'
import { backup, events, system } from './system.ts'
import { training } from './training.ts'

/** Every method of Slipway: the typed client, HTTP with its OpenAPI document, the command line and MCP come from here. */
export const contract = {
  audit,
  backup,
  datasets,
  doctor,
  environments,
  evaluation,
  events,
  files,
  inference,
  jobs,
  keys,
  models,
  resources,
  search,
  sessions,
  settings,
  storage,
  system,
  training,
} as const

export type Contract = typeof contract
export type AllHandlers = { readonly [D in keyof Contract]: Handlers<Contract[D]> }
export type Inputs = InferContractRouterInputs<Contract>
export type Outputs = InferContractRouterOutputs<Contract>
