import { lookup as resolveName } from 'node:dns'
import { Agent } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createLookup, RefusedAddress, type Resolve } from './createLookup.ts'
import { findAddressRefusal, findRefusal } from './findRefusal.ts'
import { postMessage } from './postMessage.ts'
import { signMessage } from './signMessage.ts'

const resolveTo =
  (...addresses: string[]): Resolve =>
  (_name, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )

const look = (resolve: Resolve, privateHosts: readonly string[] = [], name = 'crm.example') =>
  new Promise((done) => {
    createLookup(privateHosts, resolve)(name, { all: true }, (error, addresses) => done(error ?? addresses))
  })

test.each([
  ['https://crm.example.com/x', [], undefined],
  ['http://crm.example.com/x', [], 'only https'],
  ['http://crm.internal/x', ['crm.internal'], 'only https'],
  ['http://127.0.0.1:9/', [], 'only https'],
  ['http://127.0.0.1:9/', ['127.0.0.1'], undefined],
  ['http://localhost:9/', ['localhost'], undefined],
  ['http://[::1]:9/', ['[::1]'], undefined],
  ['http://169.254.169.254/', ['169.254.169.254'], 'only https'],
  ['https://127.0.0.1/', [], '127.0.0.1 is no public address'],
  ['https://2130706433/', [], '127.0.0.1 is no public address'],
  ['https://0x7f.1/', [], '127.0.0.1 is no public address'],
  ['https://[::ffff:10.0.0.1]/', [], 'is no public address'],
  ['https://10.0.0.5/', ['10.0.0.5'], undefined],
])('the address %s with %j listed', (url, listed, refusal) => {
  const found = findRefusal(new URL(url), listed)
  if (refusal === undefined) expect(found).toBeUndefined()
  else expect(found).toContain(refusal)
})

test('a listed name may lead into the own network, never to link-local addresses', () => {
  expect(findAddressRefusal('crm.internal', '10.0.0.5', ['crm.internal'])).toBeUndefined()
  expect(findAddressRefusal('crm.internal', '10.0.0.5', [])).toMatch('crm.internal leads to 10.0.0.5')
  expect(findAddressRefusal('crm.internal', '169.254.169.254', ['crm.internal'])).toBeDefined()
})

test('a name is connected to only where all of its addresses may be', async () => {
  expect(await look(resolveTo('8.8.8.8', '2606:4700::1'))).toHaveLength(2)
  expect(await look(resolveTo('8.8.8.8', '10.0.0.1'))).toBeInstanceOf(RefusedAddress)
  expect(await look(resolveTo('::ffff:127.0.0.1'))).toBeInstanceOf(RefusedAddress)
  expect(await look(resolveTo())).toBeInstanceOf(Error)
  expect(await look(resolveTo('10.0.0.1'), ['crm.example'])).toHaveLength(1)
})

test('a name that answers otherwise the second time is connected to where it was checked, and nowhere else', async () => {
  const asked: string[] = []
  const receiver = createServer((request, response) => void (asked.push(request.url!), response.writeHead(204).end()))
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { port } = receiver.address() as AddressInfo
  const answers = ['8.8.8.8', '127.0.0.1']
  let looks = 0
  const rebinding: Resolve = (name, callback) => resolveTo(answers[looks++] ?? '127.0.0.1')(name, callback)
  const lookup = createLookup([], rebinding)
  // The first answer is taken to be good, and this is what a check that is apart from the connection would do.
  await new Promise((resolve) => lookup('rebind.example', { all: true }, resolve))
  const attempt = await postMessage({
    ...{ url: new URL(`http://rebind.example:${port}/`), headers: {}, body: '{}', timeoutMs: 5_000, now: 0, lookup },
    agent: new Agent(),
    signal: new AbortController().signal,
  })
  expect(attempt).toMatchObject({ type: 'failed', isRefused: true })
  expect(asked).toEqual([])
  await new Promise((resolve) => receiver.close(resolve))
})

test('without another resolver the system’s own is asked', async () => {
  const local = await new Promise((done) =>
    createLookup(['localhost'])('localhost', { all: true }, (error, addresses) => done(error ?? addresses)),
  )
  const expected = await new Promise((done) =>
    resolveName('localhost', { all: true }, (error, all) => done(error ?? all)),
  )
  expect(local).toEqual(expected)
})

test('a message is signed as the specification’s own example', () => {
  // The example of https://github.com/standard-webhooks/standard-webhooks, made with its reference library.
  const headers = signMessage({
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: 1_614_265_330_000,
    body: '{"test": 2432232314}',
    secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  })
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})
