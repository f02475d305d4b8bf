import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startShop } from './startShop.ts'

const usage = `Usage: npm start -w examples/vue-shop [-- --port N --data DIR --host NAME --client-only]

Builds and starts Leaf & Kettle, a small made-up shop in Vue, with Unblink and its embedded database in the same process.

  --port N        the port (4610)
  --data DIR      where the database lives (examples/vue-shop/.data)
  --host NAME     the address to listen at (127.0.0.1); anything else lets others on the network in
  --client-only   pages without server rendering
  --help          this text`

/** Throws when the text is not a port. */
function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`"${text}" is not a port. Give a whole number up to 65535.`)
  return port
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4610' },
      data: { type: 'string', default: '.data' },
      host: { type: 'string', default: '127.0.0.1' },
      'client-only': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(usage)
  const dataDir = resolve(values.data)
  const shop = await startShop({
    port: parsePort(values.port),
    host: values.host,
    dataDir,
    isClientOnly: values['client-only'],
  })
  console.log(
    `Leaf & Kettle  ${shop.url}/\nLive view      ${shop.url}/u/live\nDatabase       ${dataDir}\nCtrl-C stops everything.`,
  )
  const end = () => {
    // The second signal is impatience.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end)
    void shop.close().then(() => process.exit(0), fail)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
}

function fail(error: unknown) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

main().catch(fail)
