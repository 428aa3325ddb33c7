import type { Handlers } from '../../contract/method.ts'
import type { training } from '../../contract/training.ts'
import {
  allowedValues,
  defaultsFor,
  methodFacts,
  parametersOf,
  trainingMethods,
} from '../../contract/training-parameters.ts'

/** What can be trained and with which parameters, as the contract's tables say it. */
export const catalogue: Pick<Handlers<typeof training>, 'methods' | 'schema'> = {
  methods: async () => ({
    items: trainingMethods.map(method => {
      const { title, help, trainer, datasetFormats } = methodFacts[method]
      return {
        method,
        title: title.en,
        help: help.en,
        trainer,
        datasetFormats: [...datasetFormats],
        parameters: parametersOf(method).length,
      }
    }),
  }),

  schema: async ({ method, tuning }) => {
    const defaults: Readonly<Record<string, unknown>> = defaultsFor(method, tuning)
    return {
      method,
      items: parametersOf(method).map(parameter => ({
        key: parameter.key,
        type: parameter.type,
        default: defaults[parameter.key],
        allowed: allowedValues(parameter),
        ...(parameter.unit !== undefined && { unit: parameter.unit }),
        group: parameter.group,
        help: parameter.help.en,
        helpZh: parameter.help['zh-CN'],
        ...(parameter.qianfanName !== undefined && { qianfanName: parameter.qianfanName }),
        ...(parameter.transformersName !== undefined && { transformersName: parameter.transformersName }),
        ...(parameter.appliesWhen !== undefined && { appliesWhen: parameter.appliesWhen }),
      })),
    }
  },
}
