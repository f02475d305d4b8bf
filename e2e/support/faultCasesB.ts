import { noVariant, variant } from './faultCasesA.ts'
import type { Seen } from './faultEye.ts'
import type { FaultCase } from './faultJudge.ts'
import { script, SHORT_MS, type Handler } from './faultPage.ts'
import { hang, HERO_DECISION, send, toReply } from './faultProfile.ts'

const VALID = toReply([HERO_DECISION])
const HEADERS = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n`

/** Writes to the socket itself, past what an HTTP server would allow. */
const raw =
  (text: string, end: (socket: NonNullable<Parameters<Handler>[0]['response']['socket']>) => unknown): Handler =>
  ({ response: { socket } }) =>
    socket?.write(text, () => setTimeout(() => end(socket), 100))

const drip: Handler = ({ response }) => {
  response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
  let at = 0
  const timer = setInterval(() => response.write(VALID[at++] ?? ' '), 100)
  response.on('close', () => clearInterval(timer))
}

const BROKEN: Readonly<Record<string, Handler>> = {
  'a reset after half the body': raw(
    `${HEADERS}content-length: ${VALID.length}\r\n\r\n${VALID.slice(0, 80)}`,
    (socket) => socket.resetAndDestroy(),
  ),
  'an end after half the body': raw(
    `${HEADERS}content-length: ${VALID.length}\r\n\r\n${VALID.slice(0, 80)}`,
    (socket) => socket.end(),
  ),
  'a content-length that is too short': raw(
    `${HEADERS}connection: close\r\ncontent-length: 80\r\n\r\n${VALID}`,
    (socket) => socket.end(),
  ),
  'no HTTP at all': raw('SSH-2.0-OpenSSH_9.2\r\n', (socket) => socket.end()),
}

/** The second piece ends the body within the 50 ms in which browsers hold back progress events, so the event comes with its end. */
const inTwoPieces: Handler = ({ response }) => {
  const body = BODIES['larger than 32 KiB']!
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.write(body.slice(0, 1_000), () => setTimeout(() => response.end(body.slice(1_000)), 20))
}

/** Bodies with status 200 that are no reply, or one without a decision that could be followed. */
const BODIES: Readonly<Record<string, string | Buffer>> = {
  empty: '',
  null: 'null',
  'an array': '[]',
  'a number': '12',
  'a string': '"hero"',
  true: 'true',
  'an empty object': '{}',
  'cut off': VALID.slice(0, -9),
  'two replies': VALID + VALID,
  'not JSON but script': `(${VALID})`,
  HTML: '<!doctype html><h1>Log in</h1>',
  'UTF-16': Buffer.from('\ufeff' + VALID, 'utf16le'),
  'decisions null': '{"v":1,"decisions":null}',
  'decisions an object': '{"v":1,"decisions":{"hero":{}}}',
  'decisions a string': '{"v":1,"decisions":"hero"}',
  'a decision null': toReply([null]),
  'a content of a number': toReply([{ ...HERO_DECISION, content: 7 }]),
  'a content of a list': toReply([{ ...HERO_DECISION, content: [] }]),
  'an empty content': toReply([{ ...HERO_DECISION, content: {} }]),
  'a text of an object': toReply([{ ...HERO_DECISION, content: { text: { a: 1 } } }]),
  'larger than 32 KiB': toReply([HERO_DECISION], { attributes: { x: 'x'.repeat(40_000) } }),
}

/** Replies that are sound but for decisions which say nothing: the browser may decide those slots by the manifest. */
const OPEN: Readonly<Record<string, string>> = {
  'a decision of a number': toReply([7]),
  'a slot null': toReply([{ ...HERO_DECISION, slot: null }]),
  'nested 10 000 deep': `{"v":1,"decisions":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
  'a decision for another slot': toReply([{ ...HERO_DECISION, slot: 'other' }]),
  'a decision for names of every object': toReply(
    ['__proto__', 'constructor', 'toString'].map((slot) => ({ ...HERO_DECISION, slot })),
  ),
}

/** Decisions that name what is not there (B9). */
const STRANGE: Readonly<Record<string, readonly unknown[]>> = {
  'without content': [{ slot: 'hero', experience: 'welcome', variant: 'unknown', reason: 'split' }],
  'of a template that is not there': [{ ...HERO_DECISION, content: { template: 'nowhere' } }],
  'of a template that is none': [{ ...HERO_DECISION, content: { template: 'host' } }],
  'of a component without a framework': [{ ...HERO_DECISION, content: { component: 'Hero' } }],
  'of a kind from the future': [{ ...HERO_DECISION, content: { video: 'x.mp4' } }],
}

const POLLUTION = ['__proto__', 'constructor', 'prototype'].flatMap((name) => [
  `"${name}":{"polluted":1,"prototype":{"polluted":1}}`,
  `"attributes":{"${name}":{"polluted":1},"a":{"${name}":{"polluted":1}}}`,
])
const polluting = `{"v":1,"generation":0,"manifest":"m","expiresAt":9e15,"audiences":[],${POLLUTION.join(',')},"decisions":[
{"slot":"hero","reason":"split","experience":"e","variant":"v","__proto__":{"polluted":1},"content":{"template":"hero-variant",
"__proto__":{"polluted":1},"attributes":{"__proto__":"x","constructor":"y","title":"t"}}},
{"slot":"__proto__","reason":"split","content":{"text":"polluted","attributes":{"polluted":"1"}}}]}`

const blocked = ['localStorage', 'sessionStorage', 'indexedDB']
  .map(
    (name) =>
      `Object.defineProperty(window, '${name}', { get() { throw new DOMException('Refused', 'SecurityError') } })`,
  )
  .concat(
    `Object.defineProperty(document, 'cookie', { get() { throw new DOMException('Refused', 'SecurityError') }, set() { throw new DOMException('Refused', 'SecurityError') } })`,
  )
  .join(';')

const countPosts =
  (path: string, due: number) =>
  ({ open: { received } }: Seen) => {
    const found = received.filter((request) => request.path === path).length
    if (found !== due) throw new Error(`${found} requests for ${path}; ${due} are due.`)
  }
const failed: Pick<FaultCase, 'shows' | 'check'> = { shows: 'baseline', check: countPosts('u/v1/p', 1) }
const light = { isLight: true } as const

/** Rows B1 to B9. */
export const CASES_B: readonly FaultCase[] = [
  ...[401, 403, 404, 429, 502, 503, 504].map((status): FaultCase => ({
    title: `B1 the profile answers ${status}`,
    // A body that would do must not do: the status says that it is somebody else's.
    scene: { profile: send(VALID, { 'retry-after': '0' }, status) },
    ...failed,
    ...light,
  })),
  {
    title: 'B1 the profile answers 500',
    scene: { profile: send('<h1>Oops</h1>', {}, 500) },
    ...failed,
    exposure: 'error',
  },
  { title: 'B2 the profile never answers', scene: { profile: hang }, ...noVariant, exposure: 'timeout' },
  {
    title: 'B2 the profile never answers: the connection is given up',
    scene: { profile: hang, deadlineMs: SHORT_MS, until: 'performance.now() > witness.startedAt + 5800' },
    shows: 'baseline',
    by: 'shown',
    check: ({ open: { received } }) => {
      if (!received.find(({ path }) => path === 'u/v1/p')?.isAborted)
        throw new Error('The request still holds its connection.')
    },
  },
  { title: 'B3 the profile comes byte by byte', scene: { profile: drip }, ...noVariant, exposure: 'timeout' },
  ...Object.entries(BROKEN).map(([what, profile]): FaultCase => ({
    title: `B4 the profile’s answer has ${what}`,
    scene: { profile },
    shows: 'baseline',
    ...light,
  })),
  {
    title: 'B4 a content-length that is too long',
    scene: { profile: raw(`${HEADERS}content-length: 9999\r\n\r\n${VALID}`, () => {}) },
    ...noVariant,
    ...light,
  },
  ...Object.entries(BODIES).map(([what, body]): FaultCase => ({
    title: `B5 the profile’s body is ${what}`,
    scene: { profile: send(body) },
    ...failed,
    ...light,
  })),
  {
    title: 'B5 the profile’s body is larger than 32 KiB, and comes in two pieces',
    scene: { profile: inTwoPieces },
    ...failed,
    exposure: 'error',
  },
  ...Object.entries(OPEN).map(([what, body]): FaultCase => ({
    title: `${what.startsWith('a decision for') ? 'B9' : 'B5'} the reply holds ${what}`,
    scene: { profile: send(body) },
    shows: 'either',
    ...light,
  })),
  {
    // One engine takes the body as it is, which is right by chance.
    title: 'B4 the profile’s answer has a compression that it is not',
    scene: { profile: send(VALID, { 'content-encoding': 'gzip' }) },
    shows: 'either',
    ...light,
  },
  {
    title: 'B5 the profile’s body begins with a mark of byte order',
    scene: { profile: send('\ufeff' + VALID) },
    shows: 'either',
    ...light,
  },
  { title: 'B5 a body of no use is told of', scene: { profile: send('[]') }, ...failed, exposure: 'error' },
  {
    title: 'B7 keys of prototypes at any depth change nobody’s prototype',
    scene: { profile: send(polluting) },
    // Content that asks for more than may be is refused as a whole.
    shows: 'either',
    isTrue:
      '({}).polluted === undefined && Object.polluted === undefined && [].polluted === undefined && (() => {}).polluted === undefined',
  },
  ...Object.entries(STRANGE).map(([what, decisions]): FaultCase => ({
    title: `B9 a decision ${what}`,
    scene: { profile: send(toReply(decisions)), deadlineMs: SHORT_MS },
    shows: 'baseline',
    by: 'deadline',
    ...light,
  })),
  {
    title: 'B9 two decisions for one slot: the first counts',
    scene: { profile: send(toReply([HERO_DECISION, { ...HERO_DECISION, content: { text: 'Second' } }])) },
    shows: 'variant',
    ...light,
  },
]

/** Origins that do not answer (B11, B16): known to the site only when it runs. */
export const getUnreachable = (closedOrigin: string, expiredOrigin: string): readonly FaultCase[] =>
  Object.entries({
    'B11 the profile’s port is closed': closedOrigin,
    'B11 the profile’s host has no address': 'http://profile.invalid',
    'B16 the profile’s certificate has expired': expiredOrigin,
  }).map(([title, origin]): FaultCase => ({
    title,
    scene: { base: `${origin}/u` },
    shows: 'baseline',
    isLight: title.includes('address'),
  }))

const cors = (headers: Readonly<Record<string, string>>): FaultCase['scene'] => ({
  base: '$FOREIGN',
  profile: send(VALID, headers),
})
const isQuiet: FaultCase['check'] = ({ facts }) => {
  const warned = facts.warnings.filter((text) => text.includes('[unblink]')).length
  if (warned > 1) throw new Error(`${warned} warnings; one is enough.`)
}
const portal: Handler = ({ response }) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<script>parent.stolen = 1</script>')
const redirect =
  (status: number, to: string): Handler =>
  ({ response }) =>
    response.writeHead(status, { location: to }).end()
const denied = { personalization: 'denied', analytics: 'denied' } as const
const isEmpty = 'localStorage.length === 0 && sessionStorage.length === 0'

/** Rows B10 to B18. */
export const CASES_B2: readonly FaultCase[] = [
  { title: 'B10 another origin answers without CORS headers', scene: cors({}), shows: 'baseline', check: isQuiet },
  {
    title: 'B10 another origin allows all, which credentials forbid',
    scene: cors({ 'access-control-allow-origin': '*' }),
    shows: 'baseline',
    check: isQuiet,
    ...light,
  },
  {
    title: 'B11 the browser says that it is offline, and it is',
    scene: {
      before: script('Object.defineProperty(Navigator.prototype, "onLine", { get: () => false })'),
      profile: ({ response }) => response.socket?.resetAndDestroy(),
    },
    shows: 'baseline',
  },
  {
    title: 'B12 a captive portal sends everyone to its page',
    scene: { profile: redirect(302, '../../portal'), files: { portal } },
    shows: 'baseline',
    isTrue: 'window.stolen === undefined',
  },
  {
    title: 'B12 a captive portal answers by itself',
    scene: { profile: portal },
    shows: 'baseline',
    isTrue: 'window.stolen === undefined',
    ...light,
  },
  { title: 'B12 redirects go in a circle', scene: { profile: redirect(307, 'p') }, ...noVariant, ...light },
  { title: 'B17 all storage is blocked', scene: { before: script(blocked) }, ...variant },
  {
    title: 'B18 consent is denied: the best for everyone, and nothing kept or sent',
    scene: { consent: denied, lingerMs: 600 },
    shows: 'variant',
    isTrue: isEmpty,
    check: (seen) => (countPosts('u/v1/e', 0)(seen), expectNoCookie(seen)),
  },
  {
    title: 'B18 Global Privacy Control beats consent: nothing kept or sent',
    scene: {
      before: script('Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true })'),
      lingerMs: 600,
    },
    shows: 'variant',
    isTrue: isEmpty,
    check: countPosts('u/v1/e', 0),
  },
]

function expectNoCookie({ open: { received } }: Seen): void {
  const [cookie] = received.flatMap(({ setCookie }) => setCookie)
  if (cookie) throw new Error(`A cookie was set without consent: ${cookie}`)
}
