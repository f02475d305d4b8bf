import { expect, test } from 'vitest'
import { getOriginKind } from './getOriginKind.ts'

const HERE = 'http://shop.example:8080/u/v1/p'
const SECURE = 'https://shop.example:8080/u/v1/p'
const listed = ['https://other.example']

test.each([
  [undefined, HERE, 'none'],
  ['https://other.example', HERE, 'listed'],
  ['http://shop.example:8080', HERE, 'same'],
  // A proxy that ends TLS keeps the host but may not tell the scheme.
  ['https://shop.example:8080', HERE, 'same'],
  ['https://shop.example:8080', SECURE, 'same'],
  // Known to be https: a page of the same host over http is somebody on the wire.
  ['http://shop.example:8080', SECURE, 'refused'],
  ['http://shop.example', HERE, 'refused'],
  ['http://shop.example:8080.evil.example', HERE, 'refused'],
  ['http://evil.example#shop.example:8080', HERE, 'refused'],
  ['http://shop.example:8080@evil.example', HERE, 'refused'],
  ['http://shop.example:8080/', HERE, 'refused'],
  ['ftp://shop.example:8080', HERE, 'refused'],
  ['https://other.example.evil.example', HERE, 'refused'],
  ['https://sub.other.example', HERE, 'refused'],
  ['HTTPS://OTHER.EXAMPLE', HERE, 'refused'],
  ['null', HERE, 'refused'],
  ['', HERE, 'refused'],
])('E4 the origin %j at %s is %s', (origin, url, kind) => {
  expect(getOriginKind({ origin, url: new URL(url), listed })).toBe(kind)
})

test('E4 without an origin, the browser’s word counts that a page of another origin asks; with one, the origin does', () => {
  const judge = (origin?: string) => getOriginKind({ origin, isElsewhere: true, url: new URL(HERE), listed })
  expect([judge(), judge('https://other.example'), judge('https://evil.example')]).toEqual([
    'refused',
    'listed',
    'refused',
  ])
})
