import type { Handlers } from '../../contract/method.ts'
import type { training } from '../../contract/training.ts'
import {
  allowedValues,
  defaultsFor,
  type MethodParameter,
  methodFacts,
  type ParameterValue,
  parametersOf,
  resolveDefault,
  type TrainingMethod,
  type Tuning,
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
        titleZh: title['zh-CN'],
        help: help.en,
        helpZh: help['zh-CN'],
        trainer,
        datasetFormats: [...datasetFormats],
        parameters: parametersOf(method).length,
      }
    }),
  }),

  schema: async ({ method, tuning }) => {
    const defaultOf = defaultsShown(method, tuning)
    return {
      method,
      items: parametersOf(method).map(parameter => ({
        key: parameter.key,
        type: parameter.type,
        default: defaultOf(parameter),
        ...defaultFrom(parameter),
        allowed: allowedValues(parameter),
        ...('range' in parameter && { range: parameter.range }),
        ...('choices' in parameter && { choices: [...parameter.choices] }),
        ...('pattern' in parameter && { pattern: parameter.pattern }),
        ...('items' in parameter && { items: parameter.items }),
        ...(parameter.unit !== undefined && { unit: parameter.unit }),
        group: parameter.group,
        help: parameter.help.en,
        helpZh: parameter.help['zh-CN'],
        ...(parameter.qianfanName !== undefined && { qianfanName: parameter.qianfanName }),
        ...(parameter.transformersName !== undefined && { transformersName: parameter.transformersName }),
        ...(parameter.appliesWhen !== undefined && {
          appliesWhen: { key: parameter.appliesWhen.key, in: [...parameter.appliesWhen.in] },
        }),
      })),
    }
  },
}

/**
 * The default of a parameter; undefined where none stands or the tuning leaves no use for it. Also of one that only
 * applies beside another value: that may be chosen at any time.
 */
function defaultsShown(method: TrainingMethod, tuning: Tuning) {
  const all = defaultsFor(method, tuning)
  return (parameter: MethodParameter): ParameterValue | undefined =>
    parameter.appliesWhen?.key === 'tuning' && !parameter.appliesWhen.in.includes(tuning)
      ? undefined
      : (resolveDefault(parameter, tuning, all) ?? undefined)
}

/** `loraAlpha` follows `loraRank`: a form shows such a default as what it is at the moment. */
const defaultFrom = ({ default: rule }: MethodParameter): { readonly defaultFrom?: string } => {
  if (typeof rule !== 'object' || rule === null) return {}
  if ('multiple' in rule) return { defaultFrom: rule.multiple.of }
  return 'divisor' in rule ? { defaultFrom: rule.divisor.of } : {}
}
