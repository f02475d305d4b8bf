import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { runExample, startExample } from '@unblink-examples/kit'
import { renderSnippet } from '@unblink/snippet'
import { createShop } from './createShop.ts'

const { resolve: find } = createRequire(import.meta.url)
const readText = (path: string | URL) => readFileSync(path, 'utf8')

await runExample({
  folder: 'gtm-shop',
  name: 'Northpath',
  about: `Builds what is stale and starts Northpath, a small made-up shop whose personalisation is set up in Google Tag Manager: the page
has GA4's e-commerce events and nothing of Unblink. A container of our own plays GTM; nothing is asked of Google.`,
  port: 4603,
  start: (place) =>
    startExample({
      ...place,
      config: new URL('../unblink.config.ts', import.meta.url),
      sdkDirs: [dirname(find('@unblink/gtm/unblink-gtm.js'))],
      createApp: ({ site, unblink }) =>
        createShop({
          unblink,
          // In the head, the visitor's answer is known: the shop has it in a cookie.
          renderSnippet(state) {
            const consent = { personalization: state, analytics: state }
            const { html } = renderSnippet({ key: site.keys.browser, base: '/u', consent, slots: site.slots })
            return `${html}\n<script async src="/u/unblink.js" fetchpriority="low"></script>`
          },
          files: {
            template: readText(find('@unblink/gtm/template.tpl')),
            container: readText(new URL('../dist/container.js', import.meta.url)),
            script: readText(new URL('../public/shop.js', import.meta.url)),
            style: readText(new URL('../public/shop.css', import.meta.url)),
          },
        }),
    }),
})
