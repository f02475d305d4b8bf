import { afterAll, expect, test, vi } from 'vitest'
import { SECRET, until } from '../../../test/openWebhooks.ts'
import { findNats, startNats } from '../../../test/startNats.mjs'
import { startReceiver } from '../../../test/startReceiver.ts'
import { makeSite, startTestServer, VISITOR } from '../../../test/startTestServer.ts'
import { runWebhooks } from './runWebhooks.ts'

const nats = findNats() ? await startNats() : undefined
afterAll(() => nats?.stop())

test.skipIf(!nats)(
  'the command lists what has failed on a cluster, sends it again and lets a receiver have more that was gone',
  async () => {
    let status = 410
    const receiver = await startReceiver({
      secrets: [SECRET],
      answer: (response) => void response.writeHead(status).end(),
    })
    const webhooks = { golden: { url: receiver.url, secret: SECRET, on: { audience: 'gold' } } }
    const site = makeSite({ id: 'listed', webhooks, privateHosts: ['127.0.0.1'] })
    const scale = { servers: [nats!.url], replicas: 1, partitions: 2 }
    const server = await startTestServer({ site, scale })
    const run = async (action: string, ...args: string[]) => {
      let out = ''
      const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true))
      await runWebhooks([action, '--nats', nats!.url, '--site', 'listed', ...args]).finally(() => write.mockRestore())
      return out
    }
    expect(await run('list')).toBe('No message waits, and none has failed.\n')
    await server.unblink.setAttributes(VISITOR, { tier: 'gold' })
    await until(async () => (await run('list')).includes('has answered 410'))
    const list = await run('list')
    const id = /msg_\w+/.exec(list)![0]
    expect(list).toContain('listed golden: 0 wait, 1 given up')
    expect(list).toContain(`${id} golden 1 attempts, given up`)
    expect(JSON.parse(await run('show', id, '--json'))).toMatchObject({ id, visitor: VISITOR, state: 'dead' })

    status = 204
    expect(await run('enable', 'golden')).toContain('is sent again')
    expect(await run('retry', id)).toBe('1 message is sent again.\n')
    expect((await receiver.has(2)).map((one) => one.id)).toEqual([id, id])
    await until(async () => (await run('list')) === 'No message waits, and none has failed.\n')
    await expect(run('show', id)).rejects.toThrow(`There is no message ${id}.`)
    await expect(run('enable', 'golden')).rejects.toThrow('so there is nothing to do')
    await expect(run('list', '--site', 'other')).rejects.toThrow('no messages of the site')
    await server.stop()
    await receiver.stop()
  },
)

test('without a cluster or a site it says what is missing', async () => {
  await expect(runWebhooks(['list'])).rejects.toThrow('Say which cluster to read')
  await expect(runWebhooks(['list', '--nats', 'nats://127.0.0.1:1'])).rejects.toThrow('Say whose messages: --site ID')
  await expect(runWebhooks(['lost', '--nats', 'nats://127.0.0.1:1'])).rejects.toThrow('Say what to do')
})
