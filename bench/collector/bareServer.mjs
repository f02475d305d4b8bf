import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'

/**
 * The least that can be done with a batch: parse it, append its bytes to a file, wait for the disk once for all that came
 * together, and only then answer. Started as a process: `node bareServer.mjs FILE`; prints its address.
 */
const GATHER_MS = 2
const file = openSync(process.argv[2], 'w')
let waiting = []
let timer

function flush() {
  timer = undefined
  const group = waiting
  waiting = []
  writeSync(file, Buffer.concat(group.map(({ bytes }) => bytes)))
  fdatasyncSync(file)
  for (const { response, events } of group) {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`{"v":1,"ok":${events},"dup":0,"rej":[],"next":0}`)
  }
}

const server = createServer({}, (request, response) => {
  if (request.url === '/metrics') {
    const { user, system } = process.cpuUsage()
    return response.end(
      `process_cpu_seconds_total ${(user + system) / 1e6}\nprocess_resident_memory_bytes ${process.memoryUsage.rss()}\n`,
    )
  }
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const bytes = Buffer.concat(chunks)
    waiting.push({ bytes, response, events: JSON.parse(bytes.toString()).events.length })
    timer ??= setTimeout(flush, GATHER_MS)
  })
})
server.listen(0, '127.0.0.1', 4_096, () => console.log(`at http://127.0.0.1:${server.address().port}`))
process.on('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  closeSync(file)
})
