import { expect, test } from 'vitest'
import { AppError } from '../contract/errors.ts'
import { backendOptions } from './backend-options.ts'

const codeOf = (argv: readonly string[]): string => {
  try {
    backendOptions(argv)
    return 'accepted'
  } catch (error) {
    return error instanceof AppError && error.hint !== undefined ? error.code : 'not said'
  }
}

test('without flags the backend has no port and stays', () => {
  expect(backendOptions([])).toEqual({ port: undefined, host: '127.0.0.1', dataDir: undefined, idleExitMs: 0 })
})

test.each(['127.0.0.1', '127.0.0.53', '::1', '[::1]', 'localhost'])('%s is this machine', host => {
  expect(codeOf(['--host', host])).toBe('accepted')
})

test.each(['0.0.0.0', '::', '192.168.1.7', '127.evil.example', '1270.0.0.1', 'localhost.evil.example', ''])(
  'no port is opened on "%s": plain HTTP never leaves the machine',
  host => {
    expect(codeOf(['--host', host])).toBe('forbidden')
  },
)

test.each([
  ['a port that is no number', ['--port', 'abc']],
  ['a port that no machine has', ['--port', '65536']],
  ['a negative port', ['--port=-1']],
  ['a flag that does not exist', ['--everything']],
  ['a flag without its value', ['--port']],
])('%s is bad usage', (_, argv) => {
  expect(codeOf(argv)).toBe('invalid_input')
})
