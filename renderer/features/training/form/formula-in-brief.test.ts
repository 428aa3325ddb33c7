import { expect, test } from 'vitest'
import { formulaInBrief } from './formula-in-brief.ts'

test('formulas are told by their first quantities, with large counts rounded', () => {
  const brief = (formula: string) => formulaInBrief(formula, 'en')
  expect(brief('4 B × 5115136 parameters (fp32)')).toBe('4 B × 5.12 M parameters')
  expect(brief('4 B × Σ r·(inputs + outputs) = 4 B × 393216')).toBe('4 B × 393 k')
  expect(brief('2 × 4 B × 5115136 (two moments)')).toBe('2 × 4 B × 5.12 M')
  expect(brief('320 tokens × (6 layers × 1024 B + one live layer × 9216 B)')).toBe('320 tokens')
  expect(brief('2048 × 512² × (1 B + 6 layers × 2 B)')).toBe('2048 × 512²')
  expect(brief('tile of 4096 tokens (952107008 B) + 1048576 × 256 × 6 B')).toBe('tile of 4096 tokens')
  expect(brief('900 MiB for Python, torch and trl + 10 % of activations')).toBe('900 MiB for Python')
  expect(brief('4 B × 5115136 trained parameters')).toBe('4 B × 5.12 M trained')
  expect(brief('1048576 tokens × 6 layers × 18432 B')).toBe('1.05 M tokens × 6 layers')
})

test('in Chinese they are Chinese', () => {
  const brief = (formula: string) => formulaInBrief(formula, 'zh')
  expect(brief('2 B × 5115136 frozen parameters')).toBe('2 B × 5.12 M 冻结参数')
  expect(brief('tile of 4096 tokens (952107008 B)')).toBe('每块 4096 词元')
  expect(brief('900 MiB for Python, torch and trl + 10 %')).toBe('Python 运行时 900 MiB')
})
