import { expect, test } from 'vitest'
import { parseSite } from './parseSite.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const base = {
  id: 'shop',
  keys: { browser: 'k' },
  slots: {},
  audiences: { buyers: { 'goals.purchase': { $gte: 1 } } },
  goals: { purchase: {} },
}
const hook = { url: 'https://crm.example.com/x', secret: SECRET, on: { audience: 'buyers' } }
const parse = (webhook: object, over: object = {}) =>
  parseSite({ ...base, webhooks: { crm: { ...hook, ...webhook } }, ...over })

test('a webhook has its defaults', () => {
  const site = parse({})
  expect(site.ok && site.value.webhooks).toEqual({
    crm: {
      url: 'https://crm.example.com/x',
      secret: [SECRET],
      on: { audience: 'buyers', enter: true, exit: false },
      send: [],
      timeoutMs: 10_000,
    },
  })
  const timed = parse({ on: { after: { event: 'page_view' }, unless: { goal: 'purchase' }, withinHours: 24 } })
  expect(timed.ok && timed.value.webhooks['crm']!.on).toEqual({
    after: { event: 'page_view' },
    unless: { event: 'conversion', where: { goal: 'purchase' } },
    withinHours: 24,
    restart: false,
  })
})

test.each([
  [{ url: 'crm' }, 'webhooks.crm.url: expected the address of the receiver'],
  [{ url: 'http://crm.example.com/' }, 'webhooks.crm.url: only https is spoken'],
  [{ url: 'https://u:p@crm.example.com/' }, 'without a user and a password'],
  [{ url: 'https://192.168.1.4/' }, 'webhooks.crm.url: 192.168.1.4 is no public address; name it in `privateHosts`'],
  [
    { secret: 'hush-hush-hush' },
    'webhooks.crm.secret: expected a secret of the form "whsec_" and base64; make one with: unblink webhooks secret',
  ],
  [{ secret: 'whsec_aGFsbG8=' }, 'the secret has 5 bytes, expected 24 to 64'],
  [{ secret: 12_345 }, 'webhooks.crm.secret: expected a secret of the form'],
  [{ secret: [] }, 'webhooks.crm.secret: expected at least one secret'],
  [{ on: { audience: 'buyer' } }, 'webhooks.crm.on.audience: there is no audience "buyer"; did you mean "buyers"?'],
  [{ on: { audience: 'buyers', enter: false } }, 'nothing is ever told; set `enter` or `exit` to true'],
  [
    { on: { after: { goal: 'purchas' }, withinHours: 1 } },
    'webhooks.crm.on.after.goal: there is no goal "purchas"; did you mean "purchase"?',
  ],
  [{ on: { after: { event: 'pageview' }, withinHours: 1 } }, 'did you mean "page_view"?'],
  [{ on: { after: { event: 'custom', where: { name: { $in: 'x' } } }, withinHours: 1 } }, 'expected a list of values'],
  [{ on: { after: { event: 'page_view' } } }, 'webhooks.crm.on.withinHours: missing; add a number'],
  [{ on: { after: { event: 'page_view' }, withinHours: 0 } }, 'expected hours, more than 0, got 0'],
  [{ send: ['goals.apply'] }, 'webhooks.crm.send[0]: there is no goal "apply"'],
  [{ onn: 1 }, 'unknown member "onn" (did you mean "on"?)'],
])('%j is told what to do', (webhook, message) => {
  const site = parse(webhook)
  expect(site.ok ? 'ok' : site.error).toContain(message)
  expect(site.ok ? '' : site.error).not.toContain('hush-hush')
})

test('hosts are named as addresses have them', () => {
  const site = parse({}, { privateHosts: ['https://crm.internal'] })
  expect(site.ok ? 'ok' : site.error).toContain('privateHosts[0]: expected a host as in an address')
  expect(parse({ url: 'http://localhost:80/' }, { privateHosts: ['localhost'] }).ok).toBe(true)
})
