import { fileURLToPath } from 'node:url'
import type { ProfileReply } from '@unblink/protocol'
import { createServer, loadSite } from '@unblink/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createBank } from './createBank.ts'
import { findVisitor } from './findVisitor.ts'

const HEAD = '<script>window.theSnippet=1</script>'
const HEAD_WHEN_OFF = '<script>window.theSnippet=2</script>'
const HEAD_END = '<script async src="/runtime.js"></script>'

/** The bank with the real server, its own site config and a database in memory. */
async function open() {
  const site = await loadSite(fileURLToPath(new URL('../unblink.config.ts', import.meta.url)))
  if (!site.ok) throw new Error(site.error)
  const unblink = await createServer({ site: site.value })
  onTestFinished(() => unblink.close())
  const stop = new AbortController()
  return {
    bank: createBank({
      unblink,
      head: HEAD,
      headWhenOff: HEAD_WHEN_OFF,
      headEnd: HEAD_END,
      dripMs: 0,
      signal: stop.signal,
    }),
    unblink,
    stop,
  }
}

const ask = (cookie = '') => ({
  method: 'POST',
  headers: { 'content-type': 'text/plain', origin: 'http://localhost', cookie },
  body: JSON.stringify({
    v: 1,
    key: 'pk_bank_demo',
    slots: { 'home.hero': {}, 'home.promo': {}, 'home.help': {} },
    url: '/',
    referrer: '',
    consent: { personalization: 'granted', analytics: 'granted' },
  }),
})

const post = (holdings: string[], cookie = '', origin = 'http://localhost') => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', origin, cookie },
  body: new URLSearchParams(holdings.map((product) => ['holdings', product])).toString(),
})

const getCookie = (reply: Response) => reply.headers.get('set-cookie')?.split(';')[0] ?? ''

test('a page carries the snippet and stays fit for the back/forward cache', async () => {
  const { bank } = await open()
  const reply = await bank.request('/')
  expect(reply.headers.get('cache-control')).toBe('private, no-cache')
  const page = await reply.text()
  expect(page).toContain(HEAD)
  expect(page).toContain(`${HEAD_END}</head>`)
})

test('?unblink=off serves the naive page, on the next page too, until it is switched on', async () => {
  const { bank } = await open()
  const cookie = getCookie(await bank.request('/?unblink=off'))
  const next = await (await bank.request('/cards', { headers: { cookie } })).text()
  expect(next).toContain('src="/naive.js"')
  expect(next).not.toContain(HEAD)
  expect(next).not.toContain(HEAD_END)
  const on = await bank.request('/?unblink=on', { headers: { cookie } })
  expect(on.headers.get('set-cookie')).toContain('demo=; Max-Age=0')
  expect(await on.text()).toContain(HEAD)
})

test('who has switched personalisation off gets a head that says so', async () => {
  const { bank } = await open()
  const read = async (cookie: string) => (await bank.request('/', { headers: { cookie } })).text()
  expect(await read('bank_consent=denied')).toContain(HEAD_WHEN_OFF)
  for (const cookie of ['', 'bank_consent=granted', 'bank_consent=x']) expect(await read(cookie)).toContain(HEAD)
})

test('a dead profile API holds the request open until somebody lets go', async () => {
  const { bank, stop } = await open()
  let isAnswered = false
  const reply = Promise.resolve(bank.request('/u/v1/p', ask('demo=profile%3Ddead')))
  void reply.then(() => (isAnswered = true))
  // Another request is answered meanwhile, in turns of the event loop that this one had too.
  expect((await bank.request('/u/v1/p', ask())).status).toBe(200)
  expect(isAnswered).toBe(false)
  stop.abort()
  expect((await reply).status).toBe(504)
})

test('what the visitor holds decides the help, from the log-in to the log-out', async () => {
  const { bank, unblink } = await open()
  // Who is held out, as one in ten is, holds what they will.
  const visitor = await findVisitor('variant', unblink)
  const cookie = `ub_v=${visitor}`
  const readHelp = async () => {
    const { decisions } = (await (await bank.request('/u/v1/p', ask(cookie))).json()) as ProfileReply
    return decisions?.find(({ slot }) => slot === 'home.help')?.variant
  }

  const login = await bank.request('/login', post(['mortgage', 'yacht', 'card'], cookie))
  expect(login.status).toBe(303)
  expect(getCookie(login)).toBe('bank_session=mortgage.card')
  expect(unblink.readProfile(visitor)?.holdings).toEqual(['mortgage', 'card'])
  expect(await readHelp()).toBe('manage-mortgage')

  await bank.request('/login', post(['card'], cookie))
  expect(await readHelp()).toBe('your-card')

  await bank.request('/logout', post([], cookie))
  expect(unblink.readProfile(visitor)?.holdings).toEqual([])
  expect(await readHelp()).toBeUndefined()
})

test('nobody is kept from logging in because personalisation is down', async () => {
  const complain = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => complain.mockRestore())
  const { bank, unblink } = await open()
  const cookie = getCookie(await bank.request('/u/v1/p', ask()))
  await unblink.close()
  const login = await bank.request('/login', post(['card'], cookie))
  expect(login.status).toBe(303)
  expect(getCookie(login)).toBe('bank_session=card')
  expect(complain).toHaveBeenCalledOnce()
})

test('another site cannot log a visitor in', async () => {
  const { bank, unblink } = await open()
  const cookie = getCookie(await bank.request('/u/v1/p', ask()))
  const reply = await bank.request('/login', post(['card'], cookie, 'http://evil.example'))
  expect(reply.status).toBe(403)
  expect(unblink.readProfile(cookie.replace('ub_v=', ''))).toBeUndefined()
})

test('an unknown address gets a page that leads on', async () => {
  const { bank } = await open()
  const reply = await bank.request('/nothing')
  expect(reply.status).toBe(404)
  expect(await reply.text()).toContain('There is no such page')
})
