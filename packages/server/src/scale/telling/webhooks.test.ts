import { afterAll, test } from 'vitest'
import { shareWebhookStorage } from '../../../test/openWebhooks.ts'
import { findNats, startNats } from '../../../test/startNats.mjs'
import { createToldStorage } from '../../../test/toldStorage.ts'

// The tests of what one server tells, as they are, on a server of a cluster.
if (findNats()) {
  const nats = await startNats()
  const storage = await createToldStorage(nats)
  shareWebhookStorage(storage)
  afterAll(async () => {
    await storage.stop()
    await nats.stop()
  })
  await import('../../webhooks/webhooks.test.ts')
} else {
  test.skip('webhooks on a cluster: nats-server is not installed; node scripts/ensure.mjs nats', () => {})
}
