import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeSite, SERVER_KEY, siteInput, VISITOR } from '../../test/startTestServer.ts'
import { checkProof } from './checkProof.ts'
import { createProof } from './createProof.ts'

const NOW = 1_900_000_000_000
const LOGIN = 'login-secret-of-at-least-32-characters'
const EXPORT = 'export-secret-of-at-least-32-character'
const site = makeSite({
  keys: {
    ...siteInput.keys,
    servers: { login: { secret: LOGIN, scopes: ['identify'] }, export: { secret: EXPORT, scopes: ['export'] } },
  },
})
const claims = { site: 'bank', user: 'u-17', visitor: VISITOR, secret: SERVER_KEY, expiresAt: NOW + 60_000 }
const check = (proof: unknown, over: object = {}) =>
  checkProof({ site, user: 'u-17', visitor: VISITOR, proof, now: NOW, ...over }).type
const sign = (lines: readonly unknown[], secret: string, algorithm = 'sha256') =>
  createHmac(algorithm, secret).update(lines.join('\n')).digest('base64url')

test('a proof is what docs/identity.md says it is, so that any language can make one', () => {
  expect(createProof(claims)).toBe(
    `1.server.1900000060.${sign(['unblink identify 1', 'bank', 'server', 1_900_000_060, VISITOR, 'u-17'], SERVER_KEY)}`,
  )
})

test('the documented example is a proof', () => {
  const proof = createProof({
    site: 'bank',
    user: 'u-17',
    visitor: 'b6e5c3de-6f0e-4c7b-9a53-0c3d3f0a8b11',
    keyId: 'login',
    secret: '0123456789abcdef0123456789abcdef',
    expiresAt: 1_900_000_060_000,
  })
  expect(proof).toBe('1.login.1900000060.HOngCabL-XcvRK0SHCN6IbCiN7I-2mTfI_OgRoy1nfk')
})

test('a proof of the full key and one of a scoped key are good', () => {
  expect(check(createProof(claims))).toBe('valid')
  expect(check(createProof({ ...claims, keyId: 'login', secret: LOGIN }))).toBe('valid')
})

const expiry = 1_900_000_060
const good = ['unblink identify 1', 'bank', 'server', expiry, VISITOR, 'u-17']
const signature = sign(good, SERVER_KEY)

test.each([
  ['nothing', undefined],
  ['a number', 1],
  ['an empty text', ''],
  ['no signature', `1.server.${expiry}.`],
  ['another key’s secret', createProof({ ...claims, secret: LOGIN })],
  ['a key without the scope', createProof({ ...claims, keyId: 'export', secret: EXPORT })],
  ['a key that is not there', createProof({ ...claims, keyId: 'nobody' })],
  ['a member of every object as the key', `1.constructor.${expiry}.${signature}`],
  ['a prototype as the key', `1.__proto__.${expiry}.${signature}`],
  ['another site', createProof({ ...claims, site: 'shop' })],
  ['another user', createProof({ ...claims, user: 'u-18' })],
  ['another visitor', createProof({ ...claims, visitor: '11111111-1111-4111-8111-111111111111' })],
  ['a later expiry than was signed', `1.server.${expiry + 1}.${signature}`],
  ['another version', `2.server.${expiry}.${signature}`],
  ['no version, as tokens that name their algorithm', `none.server.${expiry}.${signature}`],
  ['a token of another kind', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1LTE3In0.'],
  ['another algorithm', `1.server.${expiry}.${sign(good, SERVER_KEY, 'sha1')}`],
  ['a longer signature', `1.server.${expiry}.${signature}A`],
  ['a shorter signature', `1.server.${expiry}.${signature.slice(0, -1)}`],
  ['a signature in upper case', `1.server.${expiry}.${signature.toUpperCase()}`],
  ['what a preview is signed with', `1.server.${expiry}.${sign(['unblink preview', 'bank', 'x'], SERVER_KEY)}`],
  ['the claims signed without their label', `1.server.${expiry}.${sign(good.slice(1), SERVER_KEY)}`],
  [
    'a line break that moves a claim',
    `1.server.${expiry}.${sign([...good.slice(0, 4), `${VISITOR}\nu-17`], SERVER_KEY)}x`,
  ],
])('E2 a proof with %s is none', (_name, proof) => expect(check(proof)).toBe('invalid'))

test.each([
  ['over', NOW],
  ['long over', NOW - 1e9],
  ['good for more than a day', NOW + 86_400_000 + 60_000],
])('E2 a proof that is %s says so', (_name, expiresAt) =>
  expect(check(createProof({ ...claims, expiresAt }))).toBe('expired'),
)

test('E2 without a server key no proof is good, not even one of an empty key', () => {
  const keyless = makeSite({ keys: { browser: 'bank-page' } })
  const empty = `1.server.${expiry}.${sign(good, '')}`
  for (const proof of [createProof(claims), empty, `1.server.${expiry}.${sign(good, 'undefined')}`])
    expect(check(proof, { site: keyless })).toBe('invalid')
})

test.each([
  ['an address as the user', { user: 'ann@mail.example' }, 'no e-mail address'],
  ['a line break in the user', { user: 'a\nb' }, 'user: expected'],
  ['an empty user', { user: '' }, 'user: expected'],
  ['a visitor that is none', { visitor: 'admin' }, 'visitor: expected the value of the cookie ub_v'],
  ['a dot in the key id', { keyId: 'a.b' }, 'keyId: expected'],
  ['a short secret', { secret: 'short' }, 'secret: expected the key itself'],
])('createProof throws for %s, and says what is right', (_name, over, message) =>
  expect(() => createProof({ ...claims, ...over })).toThrow(message),
)
