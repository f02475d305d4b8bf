import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'

const CARDS = Array.from(
  { length: 60 },
  (_, n) =>
    `<article class="card"><h2>Offer ${n}</h2><p>Some words about what is on offer.</p><a href="#${n}">Details</a> <button type="button">Choose</button></article>`,
).join('')

const renderPage = (head) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tracked page</title>
<link rel="icon" href="data:,">${head}<style>body{margin:0;font:16px/1.5 sans-serif}.card{height:160px;border-top:1px solid #ccc;padding:8px}</style>
</head><body><h1>Tracked page</h1>${CARDS}</body></html>`

/** Headers and body as they travelled, a few bytes of framing aside. */
const getBytes = ({ method, url, rawHeaders }, body) =>
  `${method} ${url} HTTP/1.1\r\n`.length + rawHeaders.join('').length + rawHeaders.length * 2 + body.length

const decode = ({ headers }, body) => {
  try {
    return (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
  } catch {
    return ''
  }
}

/**
 * Serves the page and plays the endpoints of one contender at a time. `sent` are its requests beyond files of its own:
 * `{ path, bytes, isKnown }`.
 */
export async function startSite() {
  let contender
  const sent = []
  const answer = (request, response, body) => {
    const path = request.url.split('?')[0]
    const send = (type, content) => response.writeHead(200, { 'content-type': type }).end(content)
    if (path === '/') return send('text/html; charset=utf-8', renderPage(contender.head))
    const file = contender.files[path]
    if (file) return send('text/javascript', file)
    const reply = contender.replies.find((each) => each.path.test(path))
    sent.push({ path, bytes: getBytes(request, body), isKnown: Boolean(reply) })
    if (!reply) return response.writeHead(404).end()
    return send('application/json', JSON.stringify(reply.body(decode(request, body))))
  }
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('error', () => {}) // the page was left
    request.on('end', () => answer(request, response, Buffer.concat(chunks)))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    sent,
    play(next) {
      contender = next
      sent.length = 0
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
