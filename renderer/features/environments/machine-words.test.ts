import { expect, test } from 'vitest'
import { told } from './machine-words.ts'

const hasHan = (text: string) => /\p{Script=Han}/u.test(text)

test('what the checks of a usual machine say has a Chinese form, with every figure and path in it', () => {
  for (const [english, ...kept] of [
    ['3.54.1, write-ahead log', '3.54.1'],
    ['66.6 GB free for /data/of mine', '66.6 GB', '/data/of mine'],
    ['/data is yours alone', '/data'],
    ['Other users can look into /data.', '/data'],
    ['0.13.9 is fetched with the first build', '0.13.9'],
    ['no NVIDIA driver and no AMD GPU found: cpu', 'CPU'],
    ['NVIDIA driver 560.35, RTX 4090: cu12x', '560.35', 'RTX 4090', 'cu12x'],
    ['ready, cpu, Python 3.11.7', 'CPU', '3.11.7'],
    ['missing: It has not been built.'],
    [
      'ready, cpu: The last build failed: A locked package is not where it was looked for (accelerate==1.15.0).',
      'accelerate==1.15.0',
    ],
    ['drifted, cu13x: numpy is 2.1; 2.0 was built.', 'numpy', '2.1', '2.0'],
  ] as const) {
    const chinese = told(english, 'zh')
    expect(hasHan(chinese), english).toBe(true)
    expect(chinese).not.toMatch(/undefined|[a-z]+ [a-z]+ [a-z]+/)
    for (const figure of kept) expect(chinese).toContain(figure)
  }
})

test('a sentence that is not known is shown as it came, and English stays as it is', () => {
  expect(told('Something new was found: 7 of it.', 'zh')).toBe('Something new was found: 7 of it.')
  expect(told('/data is yours alone', 'en')).toBe('/data is yours alone')
})
