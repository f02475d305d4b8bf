import { expect, test } from 'vitest'
import { getOriginKind } from './getOriginKind.ts'

const URL_HERE = 'http://shop.example:8080/u/v1/p'
const listed = ['https://other.example']

test.each([
  [undefined, undefined, 'none'],
  ['https://other.example', undefined, 'listed'],
  ['http://shop.example:8080', undefined, 'same'],
  // A proxy that ends TLS keeps the host but may not tell the scheme.
  ['https://shop.example:8080', undefined, 'same'],
  ['https://shop.example:8080', 'https', 'same'],
  // Known to be https: a page of the same host over http is somebody on the wire.
  ['http://shop.example:8080', 'https', 'refused'],
  ['http://shop.example', undefined, 'refused'],
  ['http://shop.example:8080.evil.example', undefined, 'refused'],
  ['http://evil.example#shop.example:8080', undefined, 'refused'],
  ['http://shop.example:8080@evil.example', undefined, 'refused'],
  ['http://shop.example:8080/', undefined, 'refused'],
  ['ftp://shop.example:8080', undefined, 'refused'],
  ['https://other.example.evil.example', undefined, 'refused'],
  ['https://sub.other.example', undefined, 'refused'],
  ['HTTPS://OTHER.EXAMPLE', undefined, 'refused'],
  ['null', undefined, 'refused'],
  ['', undefined, 'refused'],
])('E4 the origin %j behind %s is %s', (origin, forwardedProto, kind) => {
  expect(getOriginKind({ origin, url: URL_HERE, forwardedProto, listed })).toBe(kind)
})
