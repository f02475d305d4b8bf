import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { getUrl, startCli } from '../../test/startCli.ts'
import { startReceiver } from '../../test/startReceiver.ts'
import { SERVER_KEY, siteInput } from '../../test/startTestServer.ts'
import { openDatabase } from '../store/openDatabase.ts'

const KILLS = 2
const CLIENTS = 8
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const toVisitor = (n: number) => `11111111-2222-4333-8444-${String(n).padStart(12, '0')}`

/** Lets visitors come into the audience, each tried until the server has said that it is written. */
async function load(url: string, visitors: Iterator<number>, acknowledged: Set<string>, isWanted: () => boolean) {
  while (isWanted()) {
    const visitor = toVisitor(visitors.next().value as number)
    const response = await fetch(`${url}/v1/visitors/${visitor}/attributes`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${SERVER_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ set: { tier: 'gold' } }),
    }).catch(() => undefined)
    if (!response) return // killed
    if (response.ok) acknowledged.add(visitor)
  }
}

function* count() {
  for (let n = 1; ; n++) yield n
}

test(
  'kills between commit and delivery lose no message, and tell nothing under two ids',
  { timeout: 180_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'unblink-webhook-kill-'))
    // So slow that there is always something on its way.
    const receiver = await startReceiver({
      secrets: [SECRET],
      answer: (response) => void setTimeout(() => response.writeHead(204).end(), 30),
    })
    try {
      const config = join(folder, 'site.json')
      const webhooks = { golden: { url: receiver.url, secret: SECRET, on: { audience: 'gold' } } }
      await writeFile(config, JSON.stringify({ ...siteInput, webhooks, privateHosts: ['127.0.0.1'] }))
      const start = () => startCli(['serve', '--config', config, '--port', '0', '--data', folder])
      const visitors = count()
      const acknowledged = new Set<string>()
      const database = openDatabase(folder)
      const select = database.prepare('SELECT COUNT(*) AS n FROM webhook_outbox')
      const countLeft = () => (select.get() as { n: number }).n
      let left = 0
      for (let kill = 0; kill < KILLS; kill++) {
        const running = start()
        const url = await getUrl(running)
        let isRunning = true
        const loading = Array.from({ length: CLIENTS }, () => load(url, visitors, acknowledged, () => isRunning))
        const before = acknowledged.size
        while (acknowledged.size < before + 60) await wait(5)
        await wait(Math.random() * 20)
        const closed = once(running.child, 'close')
        running.child.kill('SIGKILL')
        await closed
        isRunning = false
        await Promise.all(loading)
        left += countLeft()
      }
      const last = start()
      await getUrl(last)
      while (countLeft() > 0) await wait(20)
      last.child.kill('SIGTERM')
      expect(await last.ended).toMatchObject({ code: 0, err: '' })

      const ids = new Map<string, Set<string>>()
      for (const { id, body, isSigned } of receiver.received) {
        expect(isSigned).toEqual([true])
        const visitor = String(body.data['visitor'])
        ids.set(visitor, (ids.get(visitor) ?? new Set()).add(id))
      }
      expect([...acknowledged].filter((visitor) => !ids.has(visitor))).toEqual([])
      expect([...ids.values()].every(({ size }) => size === 1)).toBe(true)
      expect(left).toBeGreaterThan(0) // the kills came before some had been delivered
      // Also those whose request was killed after the commit: nobody was told that they are in, but they are.
      const members = database.prepare('SELECT COUNT(*) AS n FROM webhook_members').get() as { n: number }
      expect(ids.size).toBe(members.n)
      database.close()
    } finally {
      await receiver.stop()
      await rm(folder, { recursive: true })
    }
  },
)
