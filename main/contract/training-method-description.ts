import * as z from 'zod'
import {
  allowedValues,
  defaultsFor,
  type MethodParameter,
  methodFacts,
  type ParameterValue,
  parameterGroups,
  parametersOf,
  resolveDefault,
  type TrainingMethod,
  type Tuning,
  trainingMethods,
  tunings,
} from './training-parameters.ts'

const TextSchema = z.object({ en: z.string(), 'zh-CN': z.string() })
const ValueSchema = z.union([z.number(), z.boolean(), z.string(), z.array(z.string()).readonly()])
const RangeSchema = z.object({ min: z.number(), max: z.number() })

/** One parameter as forms, the API and the command line receive it. */
export const ParameterDescription = z.object({
  key: z.string(),
  type: z.enum(['integer', 'number', 'boolean', 'choice', 'string', 'list']),
  group: z.enum(parameterGroups),
  range: RangeSchema.optional(),
  choices: z.array(z.string()).optional(),
  pattern: z.string().optional(),
  items: RangeSchema.optional().meta({ description: 'how many entries a list may have' }),
  allowed: z.string(),
  defaults: z
    .record(z.enum(tunings), ValueSchema.nullable())
    .meta({ description: 'per tuning; null: left out unless set, or not applicable' }),
  unit: z.string().optional(),
  appliesWhen: z.object({ key: z.string(), in: z.array(z.union([z.string(), z.boolean()])) }).optional(),
  qianfanName: z.string().optional(),
  transformersName: z.string().optional(),
  help: TextSchema,
})
export type ParameterDescription = z.output<typeof ParameterDescription>

/** A training method with all its parameters: draws the forms, documents the command line. */
export const MethodDescription = z.object({
  method: z.enum(trainingMethods),
  title: TextSchema,
  help: TextSchema,
  trainer: z.string(),
  datasetFormats: z.array(z.string()),
  parameters: z.array(ParameterDescription),
})
export type MethodDescription = z.output<typeof MethodDescription>

/** The JSON of a method: the contract's `training.schema`. */
export const describeMethod = (method: TrainingMethod): MethodDescription => {
  const all = {
    lora: defaultsFor(method, 'lora'),
    qlora: defaultsFor(method, 'qlora'),
    full: defaultsFor(method, 'full'),
  }
  // Conditional parameters show what they would be once their condition holds.
  const defaultOf = (parameter: MethodParameter, tuning: Tuning): ParameterValue | null =>
    parameter.appliesWhen?.key === 'tuning' && !parameter.appliesWhen.in.includes(tuning)
      ? null
      : resolveDefault(parameter, tuning, all[tuning])
  return {
    method,
    title: methodFacts[method].title,
    help: methodFacts[method].help,
    trainer: methodFacts[method].trainer,
    datasetFormats: [...methodFacts[method].datasetFormats],
    parameters: parametersOf(method).map(parameter => ({
      key: parameter.key,
      type: parameter.type,
      group: parameter.group,
      ...('range' in parameter && { range: parameter.range }),
      ...('choices' in parameter && { choices: [...parameter.choices] }),
      ...('pattern' in parameter && { pattern: parameter.pattern }),
      ...('items' in parameter && { items: parameter.items }),
      allowed: allowedValues(parameter),
      defaults: {
        lora: defaultOf(parameter, 'lora'),
        qlora: defaultOf(parameter, 'qlora'),
        full: defaultOf(parameter, 'full'),
      },
      ...(parameter.unit !== undefined && { unit: parameter.unit }),
      ...(parameter.appliesWhen && {
        appliesWhen: { key: parameter.appliesWhen.key, in: [...parameter.appliesWhen.in] },
      }),
      ...(parameter.qianfanName !== undefined && { qianfanName: parameter.qianfanName }),
      ...(parameter.transformersName !== undefined && { transformersName: parameter.transformersName }),
      help: parameter.help,
    })),
  }
}
