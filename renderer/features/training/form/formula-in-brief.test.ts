import { expect, test } from 'vitest'
import { toChinese } from '../../../../main/contract/words/chinese.ts'
import { formulaInBrief } from './formula-in-brief.ts'

test('formulas are told by their first quantities, with large counts rounded', () => {
  expect(formulaInBrief('4 B × 5115136 parameters (fp32)')).toBe('4 B × 5.12 M parameters')
  expect(formulaInBrief('4 B × Σ r·(inputs + outputs) = 4 B × 393216')).toBe('4 B × 393 k')
  expect(formulaInBrief('2 × 4 B × 5115136 (two moments)')).toBe('2 × 4 B × 5.12 M')
  expect(formulaInBrief('320 tokens × (6 layers × 1024 B + one live layer × 9216 B)')).toBe('320 tokens')
  expect(formulaInBrief('2048 × 512² × (1 B + 6 layers × 2 B)')).toBe('2,048 × 512²')
  expect(formulaInBrief('tile of 4096 tokens (952107008 B) + 1048576 × 256 × 6 B')).toBe('tile of 4,096 tokens')
  expect(formulaInBrief('900 MiB for Python, torch and trl + 10 % of activations')).toBe('900 MiB for Python')
  expect(formulaInBrief('1 GiB for the CUDA context and libraries + 10 %')).toBe('1 GiB for the CUDA context')
  expect(formulaInBrief('1048576 tokens × 6 layers × 18432 B')).toBe('1.05 M tokens × 6 layers')
})

test('the Chinese formulas are cut at the same places', () => {
  const brief = (formula: string) => formulaInBrief(toChinese(formula))
  expect(brief('2 B × 5115136 frozen parameters')).toBe('2 B × 5.12 M 个冻结参数')
  expect(brief('4 B × Σ r·(inputs + outputs) = 4 B × 393216')).toBe('4 B × 393 k')
  expect(brief('2 × 4 B × 5115136 (two moments)')).toBe('2 × 4 B × 5.12 M')
  expect(brief('320 tokens × (6 layers × 1024 B + one live layer × 9216 B)')).toBe('320 个词元')
  expect(brief('tile of 4096 tokens (952107008 B) + 1048576 × 256 × 6 B')).toBe('4,096 个词元的分块')
  expect(
    brief('900 MiB for Python, torch and trl + 10 % of activations, mask, logits and working set for fragmentation'),
  ).toBe('Python、torch、trl 900 MiB')
})
