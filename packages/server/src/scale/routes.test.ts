import { afterAll, test } from 'vitest'
import { findNats, startNats } from '../../test/startNats.mjs'
import { shareOptions } from '../../test/startTestServer.ts'

// The tests of the embedded server's routes, as they are, on servers of a cluster.
if (findNats()) {
  const nats = await startNats()
  let count = 0
  shareOptions(() => ({
    scale: { servers: [nats.url], replicas: 1, partitions: 2, namespace: `routes${count++}` },
  }))
  afterAll(() => nats.stop())
  await import('../routes/addProfileRoute.test.ts')
  await import('../routes/addAttributesRoute.test.ts')
  await import('../routes/addIdentityRoutes.test.ts')
} else {
  test.skip('routes on a cluster: nats-server is not installed; node scripts/ensure.mjs nats', () => {})
}
