import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadRecipes } from './recipes.ts'
import { normalName, parseLock } from './requirements.ts'

const folder = join(import.meta.dirname, '..', '..', '..', 'native', 'environments')
const locks = readdirSync(folder).filter(name => name.endsWith('.txt'))
const hash = (digit: string) => `sha256:${digit.repeat(64)}`

describe('the lock files of this repository', () => {
  test.each(locks)('%s pins every line with hashes and holds no address', name => {
    const text = readFileSync(join(folder, name), 'utf8')
    expect(text).not.toMatch(/:\/\/|index-url|find-links/)
    const { packages, downloadBytes } = parseLock(text, name)
    expect(packages.length).toBeGreaterThan(0)
    expect([...downloadBytes.keys()]).toContain('linux-x64')
  })

  test('every recipe names locks that are there', () => {
    const { recipes } = loadRecipes(folder)
    const named = Object.values(recipes).flatMap(({ backends }) =>
      Object.values(backends).flatMap(backend => ('lock' in backend ? [backend.lock] : [])),
    )
    expect(locks).toEqual(expect.arrayContaining(named))
  })

  test('the tests on top of the training set agree with it wherever both name a package', () => {
    const read = (name: string) => parseLock(readFileSync(join(folder, name), 'utf8'), name).packages
    const training = new Map(
      read('training.cu13x.txt').map(({ name, version, marker }) => [`${name};${marker}`, version]),
    )
    for (const { name, version, marker } of read('tests.txt')) {
      const beneath = training.get(`${name};${marker}`)
      if (beneath) expect(`${name} ${version}`).toBe(`${name} ${beneath}`)
    }
  })
})

describe('a lock', () => {
  test('reads continuations, markers, extras and comments', () => {
    const text = `# head\nA.b_c[x]==1.0 ; sys_platform == 'linux' \\\n    --hash=${hash('a')} \\\n    --hash=${hash('b')}\n    # via d\n`
    expect(parseLock(text, 'lock').packages).toEqual([
      { name: 'a-b-c', version: '1.0', marker: "sys_platform == 'linux'", hashes: [hash('a'), hash('b')] },
    ])
  })

  test.each([
    ['no hash', 'torch==2.15.0'],
    ['a range', `torch>=2 --hash=${hash('a')}`],
    ['an address', `torch @ https://example.org/torch.whl --hash=${hash('a')}`],
    ['an option', '--index-url https://example.org/simple'],
    ['a weaker hash', 'torch==2.15.0 --hash=md5:0123456789abcdef0123456789abcdef'],
    ['a file', `./torch.whl --hash=${hash('a')}`],
    ['an option behind the hash', `torch==1 --hash=${hash('a')} --global-option=x`],
  ])('with %s is refused with its line', (_what, line) => {
    expect(() => parseLock(`\n${line}\n`, 'my.txt')).toThrow('my.txt, line 2')
  })

  test('either parses whole or is refused, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '=', '1', ' ', '\\', '\n', '#', ';', '-', '.', '@', ':') }),
        text => {
          let parsed: ReturnType<typeof parseLock>
          try {
            parsed = parseLock(text, 'lock')
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid_input' })
            return
          }
          expect(parsed.packages.every(({ hashes }) => hashes.length > 0)).toBe(true)
        },
      ),
    )
  })

  test('names compare as PEP 503 says', () => {
    expect(normalName('Foo__Bar.-baz')).toBe('foo-bar-baz')
  })
})
