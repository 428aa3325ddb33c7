import { AppError } from '../../contract/errors.ts'
import type { ModelVersion } from '../../contract/models.ts'
import type { TrainingMethod, TrainingParameters } from '../../contract/training-parameters.ts'
import type { TrainingDeps } from './deps.ts'
import { adapterParameterCount, type ModelArchitecture, type TensorFact } from './plan/architecture.ts'
import { type PlanDevice, startsWhenFree } from './plan/memory-terms.ts'
import { planMemory } from './plan/plan-memory.ts'

type Deps = {
  readonly tensorsOf: (path: string) => Promise<readonly TensorFact[]>
  /** The device that `auto`, `cpu` or a GPU's id stands for. Throws for one that is not there. */
  readonly device: (wanted: string) => PlanDevice
}

/** Plans a run from exact tensor shapes: nothing is loaded. */
export const createPlanner =
  ({ tensorsOf, device }: Deps) =>
  async (
    model: ModelVersion,
    method: TrainingMethod,
    parameters: TrainingParameters,
    wanted: string,
  ): ReturnType<TrainingDeps['plan']> => {
    const architecture = architectureOf(model, await tensorsOf(model.path))
    const on = device(wanted)
    const plan = planMemory({ model: architecture, method, parameters, device: on })
    return {
      memory: {
        device: plan.deviceName,
        totalBytes: plan.totalBytes,
        freeBytes: plan.freeBytes,
        deviceBytes: on.totalBytes,
        verdict: plan.verdict,
        ...(startsWhenFree(on, plan.totalBytes) && { startsWhenFree: true }),
        terms: plan.terms.map(({ key, bytes, formula, source }) => ({ name: key, bytes, formula, source })),
        remedies: plan.remedies.map(({ text, changes, totalBytes, harm }) => ({
          change: text,
          parameters: changes,
          totalBytes,
          harm,
        })),
      },
      processors: on.processors,
      trainableParameters:
        parameters.tuning === 'full' ? architecture.parameterCount : adapterParameters(architecture, parameters),
    }
  }

const adapterParameters = (model: ModelArchitecture, { loraRank = 8, loraTargetModules }: TrainingParameters): number =>
  adapterParameterCount(model, loraRank, loraTargetModules ?? ['all-linear'])

function architectureOf({ name, summary }: ModelVersion, tensors: readonly TensorFact[]): ModelArchitecture {
  const { parameterCount, layers, hiddenSize, heads, kvHeads = heads, feedForwardSize, vocabSize, dtype } = summary
  if (!parameterCount || !layers || !hiddenSize || !heads || !kvHeads || !feedForwardSize || !vocabSize) {
    throw new AppError(
      'unsupported',
      `The files of ${name} do not say its layers and sizes, so its memory cannot be planned.`,
      {
        hint: 'Training needs a causal language model in a Hugging Face folder with a complete config.json.',
      },
    )
  }
  return {
    parameterCount,
    layers,
    hiddenSize,
    heads,
    kvHeads,
    feedForwardSize,
    vocabSize,
    dtype: dtype ?? 'float32',
    tensors,
  }
}
