import { runExample, startExample } from '@unblink-examples/kit'
import { buildShop } from '@unblink-examples/kit/vite'
import { createShop } from './createShop.ts'

const folder = new URL('..', import.meta.url)

await runExample({
  folder: 'svelte-shop',
  name: 'Spoke & Saddle',
  about:
    'Builds and starts Spoke & Saddle, a small made-up shop in Svelte, with Unblink and its embedded database in the same process.',
  port: 4620,
  flags: { 'client-only': 'pages without server rendering' },
  start: (place, isOn) =>
    startExample({
      ...place,
      config: new URL('unblink.config.ts', folder),
      createApp: async ({ site, unblink }) =>
        createShop({ built: await buildShop({ root: folder }), site, unblink, isClientOnly: isOn['client-only'] }),
    }),
})
