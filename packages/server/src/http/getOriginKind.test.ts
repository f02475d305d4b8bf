import { expect, test } from 'vitest'
import { getOriginKind } from './getOriginKind.ts'

const HERE = 'http://shop.example:8080/u/v1/p'
const SECURE = 'https://shop.example:8080/u/v1/p'
const listed = ['https://other.example']

test.each([
  [undefined, HERE, 'untold'],
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

const OTHER = 'https://other.example'

test.each([
  // [Origin, Sec-Fetch-Site, Referer]
  [undefined, 'same-origin', undefined, 'same'],
  // A proxy that changes the host, and a page that tells nobody where it is: the browser knows better.
  ['https://somewhere.example', 'same-origin', undefined, 'same'],
  ['null', 'same-origin', undefined, 'same'],
  ['null', 'cross-site', undefined, 'refused'],
  [OTHER, 'cross-site', undefined, 'listed'],
  ['https://evil.example', 'same-site', undefined, 'refused'],
  ['http://shop.example:8080', 'cross-site', undefined, 'refused'],
  // Embedded as an image or a script, whoever is listed.
  [undefined, 'cross-site', `${OTHER}/`, 'refused'],
  [undefined, 'same-site', HERE, 'refused'],
  [undefined, 'none', undefined, 'untold'],
  [undefined, 'none', HERE, 'untold'],
  [undefined, 'SAME-ORIGIN', undefined, 'refused'],
  // Engines without Sec-Fetch-Site, and addresses without TLS.
  [undefined, undefined, 'http://shop.example:8080/page?q=1', 'same'],
  [undefined, undefined, 'http://shop.example.evil.example:8080/', 'refused'],
  [undefined, undefined, 'http://evil.example/http://shop.example:8080/', 'refused'],
  [undefined, undefined, `${OTHER}/`, 'refused'],
  [undefined, undefined, 'about:blank', 'refused'],
  [undefined, undefined, '', 'untold'],
  ['https://evil.example', undefined, HERE, 'refused'],
])('E4 Origin %j, Sec-Fetch-Site %j, Referer %j: %s', (origin, fetchSite, referrer, kind) => {
  expect(getOriginKind({ origin, fetchSite, referrer, url: new URL(HERE), listed })).toBe(kind)
})
