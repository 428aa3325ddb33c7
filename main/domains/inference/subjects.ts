import { AppError } from '../../contract/errors.ts'
import type { ModelVersion } from '../../contract/models.ts'
import type { Inference } from './service.ts'

/** Something that answers: a deployment that runs, or a model for which an engine can be launched. */
export type AnsweringSubject = {
  readonly name: string
  /** With the version, or saying that it is a deployment: where two have one name. */
  readonly exactName: string
  readonly kind: 'model' | 'deployment'
  readonly id: string
  readonly memoryBytes: number
  readonly engine:
    | {
        readonly type: 'running'
        readonly socket: string
        readonly hasChatTemplate: boolean
        readonly parallel: number
      }
    | {
        readonly type: 'launch'
        readonly command: string[]
        readonly env: Record<string, string>
        readonly config: { socket: string } & Record<string, unknown>
      }
}

type Deps = Pick<Inference, 'running' | 'launchFor'> & { readonly version: (ref: string) => ModelVersion }

/**
 * Finds what a name of an evaluation means. A model of that name comes first: an evaluation measures models, and serves
 * them for as long as it needs; a deployment is measured as it runs.
 */
export const createSubjects =
  ({ running, launchFor, version }: Deps) =>
  async (ref: string): Promise<AnsweringSubject> => {
    const model = tryVersion(version, ref)
    if (!(model instanceof AppError)) {
      const { command, env, config } = await launchFor(ref)
      return {
        name: model.name,
        exactName: `${model.name}@${model.version}`,
        kind: 'model',
        id: model.id,
        memoryBytes: model.sizeBytes,
        engine: { type: 'launch', command: [...command], env: { ...env }, config: { ...config } },
      }
    }
    const deployment = running(ref)
    if (deployment) {
      const { id, name, socket, hasChatTemplate, parallel } = deployment
      return {
        name,
        exactName: `${name} (deployment)`,
        kind: 'deployment',
        id,
        memoryBytes: 0,
        engine: { type: 'running', socket, hasChatTemplate, parallel },
      }
    }
    throw model.code === 'not_found'
      ? new AppError('not_found', `There is no model and no running deployment ${ref}.`, {
          hint: 'slipway models list and slipway inference list show them.',
        })
      : model
  }

function tryVersion(version: Deps['version'], ref: string): ModelVersion | AppError {
  try {
    return version(ref)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}
