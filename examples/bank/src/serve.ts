import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { runExample, startExample, type ExampleServer, type Place } from '@unblink-examples/kit'
import { renderHead } from '@unblink/snippet'
import { createBank } from './createBank.ts'

export interface StartOptions extends Partial<Place> {
  readonly dataDir: string
  /** Whether `/u/live` is served. @default true */
  readonly live?: boolean
}

const PORT = 4600

/** Starts the bank. Rejects with one line that says what to do when the site config is wrong or the port is taken. */
export const startBank = ({ port = PORT, ...options }: StartOptions): Promise<ExampleServer> =>
  startExample({
    ...options,
    port,
    config: new URL('../unblink.config.ts', import.meta.url),
    createApp({ site, unblink, signal }) {
      const toHead = (consent: typeof site.consent) => {
        const { keys, slots } = site
        return renderHead({ key: keys.browser, base: '/u', consent, slots, manifest: unblink.version })
      }
      const { snippetHtml, runtimeHtml } = toHead(site.consent)
      return createBank({
        unblink,
        head: snippetHtml,
        headWhenOff: toHead({ ...site.consent, personalization: 'denied' }).snippetHtml,
        headEnd: runtimeHtml,
        signal,
      })
    },
  })

const started = process.argv[1]
if (started && pathToFileURL(realpathSync(started)).href === import.meta.url)
  await runExample({
    folder: 'bank',
    command: 'node examples/bank/dist/serve.js [FLAGS]',
    name: 'Harbour Bank',
    about: 'Starts Harbour Bank, a small made-up bank, with Unblink and its embedded database in the same process.',
    port: PORT,
    start: startBank,
  })
