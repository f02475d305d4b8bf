import { createServer } from 'node:http'

/**
 * Writes down what pages say was durable. `entries` grows; `whenHeard` resolves with the next entry of a round, and rejects when there
 * was none in time. `close` leaves nothing that keeps the process: who still waits is told nothing more.
 */
export async function startLedger() {
  const entries = new Set()
  const waiting = new Map()
  const hear = (text) => {
    for (const entry of text.split(',').filter(Boolean)) {
      entries.add(entry)
      const [round] = entry.split('.')
      waiting.get(round)?.tell()
      waiting.delete(round)
    }
  }
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => {
      hear(text)
      response.writeHead(204).end()
    })
    request.on('error', () => {}) // its browser was killed: what has not arrived was not said
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    entries,
    whenHeard: (round, limitMs) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`No page told the ledger anything in ${limitMs} ms.`)), limitMs)
        const tell = () => {
          clearTimeout(timer)
          resolve()
        }
        waiting.set(String(round), { tell, timer })
      }),
    close() {
      for (const { timer } of waiting.values()) clearTimeout(timer)
      waiting.clear()
      server.closeAllConnections()
      server.close()
    },
  }
}
