import { createServer, request } from 'node:http'
import { renderSnippet } from '../../packages/snippet/dist/index.js'
import { renderPage, site } from './site.mjs'

/** Serves the page at `/`, and passes `/u` on to the server. Resolves to `{ url, close }`. */
export async function startPage(unblink) {
  const { keys, consent, slots } = site
  const { html } = renderSnippet({ key: keys.browser, base: '/u', consent, slots })
  const page = renderPage(`${html}<script async src="/u/unblink.js" fetchpriority="low"></script>`)
  const { hostname, port } = new URL(unblink)
  const passOn = (incoming, outgoing) => {
    const asked = request(
      { hostname, port, method: incoming.method, path: incoming.url.slice(2), headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers)
        answer.pipe(outgoing)
      },
    )
    asked.on('error', () => outgoing.destroy())
    incoming.pipe(asked)
  }
  const server = createServer((incoming, outgoing) => {
    if (incoming.url.startsWith('/u/')) return passOn(incoming, outgoing)
    outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
