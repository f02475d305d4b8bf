import { fileURLToPath } from 'node:url'
import { runExample, startExample, type ExampleServer, type Place } from '@unblink-examples/kit'
import { getBootConfig, renderHead } from '@unblink/snippet'
import { createShop } from './createShop.ts'

/** Starts the shop with what `vite build` has written. Rejects with a line that says what to do. */
export const startShop = (place: Place): Promise<ExampleServer> =>
  startExample({
    ...place,
    config: new URL('../unblink.config.ts', import.meta.url),
    createApp: ({ site, unblink }) =>
      createShop({
        unblink,
        head: renderHead(getBootConfig(site)),
        clientDir: fileURLToPath(new URL('client', import.meta.url)),
      }),
  })

/** The command line; start.mjs builds before. */
export const main = (args?: readonly string[]): Promise<void> =>
  runExample({
    folder: 'react-shop',
    name: 'Larder Lane',
    about:
      'Builds and starts Larder Lane, a small made-up shop in React 19, with Unblink and its embedded database in one process.',
    port: 4605,
    start: startShop,
    ...(args && { args }),
  })
