import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { addClusterRefusals } from './addClusterRefusals.ts'

test('what a cluster cannot do says so', async () => {
  const app = new Hono()
  addClusterRefusals(app)
  const response = await app.request('/v1/export/events')
  expect(response.status).toBe(501)
  expect(await response.json()).toMatchObject({ error: { code: 'cluster' } })
})
