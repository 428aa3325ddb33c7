import { expect, test } from 'vitest'
import { isOurs, mayOpenOutside, placeOf } from './origin.ts'

test.each(['app://slipway/', 'app://slipway', 'app://slipway/#/models?sel=0', 'app://slipway/rpc/x'])(
  '%s is ours',
  address => expect(isOurs(address)).toBe(true),
)

test.each([
  'app://slipway.evil/',
  'app://evil/slipway',
  'app://slipway@evil/',
  'app://user@slipway/',
  'app://user:pw@slipway/',
  'app://slipway:80/',
  'app:slipway/',
  'app:///slipway/',
  'app-user://slipway/',
  'https://slipway/',
  'blob:app://slipway/1',
  'view-source:app://slipway/',
  'javascript:app://slipway/',
  '//slipway/',
  'slipway',
  '',
  'null',
  'about:blank',
])('%s is not', address => expect(isOurs(address)).toBe(false))

test.each([
  ['https://example.com/', true],
  ['https://example.com:8443/a?b#c', true],
  ['HTTPS://EXAMPLE.COM', true],
  ['mailto:someone@example.com', true],
  ['https://user:pw@example.com/', false],
  ['https://', false],
  ['http://example.com/', false],
  ['file:///etc/passwd', false],
  ['file://server/share/x.exe', false],
  ['smb://server/share', false],
  ['sftp://server/', false],
  ['ftp://server/', false],
  ['ssh://server', false],
  ['ms-msdt:/id PCWDiagnostic', false],
  ['search-ms:query=x&crumb=location:\\\\server', false],
  ['ms-officecmd:{}', false],
  ['vscode://file/etc/passwd', false],
  ['javascript:alert(1)', false],
  ['data:text/html,x', false],
  ['blob:https://example.com/1', false],
  ['app://slipway/', false],
  ['intent://x#Intent;end', false],
  ['tel:+1', false],
  ['x-apple.systempreferences:', false],
  ['C:\\Windows\\System32\\calc.exe', false],
  ['/usr/bin/xterm', false],
  ['\\\\server\\share', false],
  ['https:example', true],
  ['', false],
])('a click may open %s outside: %s', (address, isAllowed) => expect(mayOpenOutside(address)).toBe(isAllowed))

test.each([
  ['app://slipway/readyz', 'app://slipway/readyz'],
  ['https://evil.example:8443/a/b?token=secret#more', 'https://evil.example:8443/a/b'],
  ['https://user:secret@evil.example/', 'https://evil.example/'],
  ['data:text/html,<title>secret</title>', 'data:'],
  ['blob:app://slipway/0', 'blob:'],
  ['file:///home/secret', 'file:'],
  ['no address', 'nowhere'],
  [undefined, 'nowhere'],
])('a record names %s as %s, without what it carries', (address, place) => expect(placeOf(address)).toBe(place))

test('a record is short, however long an address is', () => {
  expect(placeOf(`https://evil.example/${'a'.repeat(5_000)}`)).toHaveLength(300)
})
