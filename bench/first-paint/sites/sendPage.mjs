import { setTimeout as sleep } from 'node:timers/promises'
import { BASELINE_HTML, VARIANT_HTML, renderPage } from '../page/renderPage.mjs'

const FIRST_BYTE_MS = 20
const BETWEEN_PIECES_MS = 25

/**
 * Streams the page with the contender's head. A contender may have Early Hints sent before it (`earlyHints(site)`: Link
 * values) and its decision put into the stream as soon as there is one (`streamed(site)`: HTML).
 */
export async function sendPage(response, { contender, scenario, site, headers }) {
  const isDecided = contender.streamed && Number.isFinite(scenario.profileMs)
  const decided = isDecided ? sleep(scenario.profileMs) : undefined
  if (contender.earlyHints) response.writeEarlyHints({ link: contender.earlyHints(site) })
  await sleep(FIRST_BYTE_MS)
  response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' })
  const headline = contender.isServerRendered ? VARIANT_HTML : BASELINE_HTML
  const pieces = renderPage({ head: contender.head?.(site), headEnd: contender.headEnd?.(site), headline })
  const write = (text) => response.stream.destroyed || response.write(text)
  let decision
  for (const piece of pieces) {
    write(piece)
    // Every piece ends where an element may follow, so the decision can go between any two.
    decision ??= decided?.then(() => write(contender.streamed(site)))
    if (piece !== pieces.at(-1)) await sleep(BETWEEN_PIECES_MS)
  }
  await decision
  response.end()
}
