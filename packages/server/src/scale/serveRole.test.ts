import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { doesServe, serveRole, type Role } from './serveRole.ts'

test.each<[Role, string, boolean]>([
  ['all', '/v1/e', true],
  ['all', '/v1/p', true],
  ['collector', '/v1/e', true],
  ['collector', '/v1/visitors/x/attributes', true],
  ['collector', '/v1/users/x', true],
  ['api', '/v1/identify', true],
  ['collector', '/v1/p', false],
  ['collector', '/v1/elsewhere', false],
  ['api', '/v1/p', true],
  ['api', '/v1/m', true],
  ['api', '/unblink.js', true],
  ['api', '/v1/e', false],
  ['worker', '/v1/p', false],
  ['worker', '/metrics', true],
  ['worker', '/ready', true],
])('a server with the role %s: %s is %s', (role, path, isServed) => {
  expect(doesServe(role, path)).toBe(isServed)
})

test('what is another’s to answer is 404 with the reason', async () => {
  const app = new Hono().use(serveRole('collector')).all('*', (c) => c.text('answered'))
  const own = await app.request('/v1/e')
  const other = await app.request('/v1/p')
  expect(await own.text()).toBe('answered')
  expect(other.status).toBe(404)
  expect(await other.json()).toMatchObject({ error: { code: 'role' } })
})
