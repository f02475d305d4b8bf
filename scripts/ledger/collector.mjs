import { serve } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { createServer, parseSite } from '@unblink/server'
import { renderSnippet } from '@unblink/snippet'
import { Hono } from 'hono'
import { fromRoot } from '../lib/fromRoot.mjs'

/** A process of its own, so that it can be killed: the real server, and the page that the browsers open. */

const [dataDir, port, ledgerUrl] = process.argv.slice(2)
const consent = { personalization: 'granted', analytics: 'granted' }
const keys = { browser: 'pk_ledger', server: 'sk_ledger_0123456789' }
const site = parseSite({ id: 'ledger', keys, consent, slots: {}, experiences: [] })
if (!site.ok) throw new Error(site.error)
const unblink = await createServer({ site: site.value, dataDir, sdkDir: fromRoot('packages/browser/dist') })
const { html } = renderSnippet({ key: keys.browser, base: '/u', consent, slots: {} })

/** Runs in the page: tracks for ever, and tells the ledger what was said to be durable. */
function trackForEver(ledger) {
  const query = new URLSearchParams(globalThis.location.search)
  const round = query.get('round')
  let durable = []
  const tell = () => {
    void fetch(`${ledger}durable`, { method: 'POST', mode: 'no-cors', body: durable.join() })
    durable = []
  }
  let n = 0
  const track = async () => {
    const entry = `${round}.${n++}`
    const isDurable = await globalThis.unblink.push('event', 'entry', { entry })
    if (isDurable === true && durable.push(entry) === 1) setTimeout(tell, 4)
  }
  const timer = setInterval(() => {
    if (!globalThis.unblink?.place) return
    clearInterval(timer)
    if (round) setInterval(() => void track(), Number(query.get('every')))
  }, 10)
}

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Ledger</title>${html}
<script async src="/u/unblink.js"></script></head><body><h1>Ledger</h1>
<script>(${trackForEver.toString()})(${JSON.stringify(ledgerUrl)})</script></body></html>`

/** `answer`; `cut`: the connection ends before the collector hears of the batch; `mute`: after it has stored it. */
let mode = 'answer'
process.on('message', (next) => (mode = next))
process.on('disconnect', () => process.exit())

const app = new Hono()
app.use('/u/v1/e', async (c, next) => {
  const now = mode
  if (now !== 'cut') await next()
  if (now === 'answer') return
  c.env.incoming.socket.destroy()
  c.res = RESPONSE_ALREADY_SENT
})
app.route('/u', unblink.app)
app.get('/', (c) => c.html(PAGE))
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' }, (info) => process.send(info.port))
