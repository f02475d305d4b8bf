import { expect, test } from 'vitest'
import { siteInput } from '../../../test/startTestServer.ts'
import { parseSite } from '../parseSite.ts'

const OLD = `whsec_${Buffer.alloc(32, 1).toString('base64')}`

test('a hook is read as it is written; one secret is a list of one', () => {
  const crm = {
    secret: OLD,
    user: '$.u',
    map: { tier: '$.tier', spent: { path: '$.s[0]', type: 'number', default: 0 } },
  }
  const site = parseSite({ ...siteInput, hooks: { crm } })
  expect(site).toMatchObject({ ok: true, value: { hooks: { crm: { ...crm, secret: [OLD] } } } })
})

test.each<[string, object, string]>([
  [
    'a secret of no form',
    { secret: 'sesame-sesame-sesame', visitor: '$.v', map: { tier: '$.tier' } },
    'hooks.crm.secret: expected a secret of the form "whsec_" and base64; take it as the sender shows it',
  ],
  [
    'a short secret',
    { secret: 'whsec_c2VzYW1l', visitor: '$.v', map: { tier: '$.tier' } },
    'the secret has 6 bytes, expected 24 to 64',
  ],
  ['no secret', { visitor: '$.v', map: { tier: '$.tier' } }, 'hooks.crm.secret: missing; add a string'],
  [
    'secrets of a wrong kind',
    { secret: [OLD, 'sesame'], visitor: '$.v', map: { tier: '$.tier' } },
    'hooks.crm.secret[1]: expected a secret',
  ],
  ['nobody it is about', { secret: OLD, map: { tier: '$.tier' } }, 'hooks.crm: nothing says whom a delivery is about'],
  [
    'two ids',
    { secret: OLD, visitor: '$.v', user: '$.u', map: { tier: '$.tier' } },
    'hooks.crm: both `visitor` and `user` are set',
  ],
  ['no attribute', { secret: OLD, user: '$.u', map: {} }, 'hooks.crm.map: expected at least one attribute'],
  [
    'what the server works out',
    { secret: OLD, user: '$.u', map: { visits: '$.v' } },
    'the server works this out itself',
  ],
  [
    'a path that is none',
    { secret: OLD, user: 'u', map: { tier: '$.tier' } },
    'hooks.crm.user: "u" does not begin with $',
  ],
  [
    'a wrong path in a mapping',
    { secret: OLD, user: '$.u', map: { tier: { path: '$..tier' } } },
    'hooks.crm.map.tier.path: "$..tier" cannot be read from ".',
  ],
  [
    'a type that is none',
    { secret: OLD, user: '$.u', map: { tier: { path: '$.t', type: 'int' } } },
    'hooks.crm.map.tier.type: expected one of "string"',
  ],
  ['an unknown member', { secret: OLD, user: '$.u', maps: {}, map: { tier: '$.t' } }, 'did you mean "map"?'],
])('in the site config, %s is a clear error that repeats no secret', (_name, crm, message) => {
  const site = parseSite({ ...siteInput, hooks: { crm } })
  expect(site.ok ? '' : site.error).toContain(message)
  expect(site.ok ? '' : site.error).not.toMatch(/sesame|c2VzYW1l/)
})
