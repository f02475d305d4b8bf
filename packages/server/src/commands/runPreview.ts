import { createPreviewLink } from '../preview/createPreviewLink.ts'
import { loadSite } from '../site/loadSite.ts'
import { findConfig } from './findConfig.ts'
import { readFlags } from './readFlags.ts'
import { UsageError } from './UsageError.ts'

const USAGE = `unblink preview: print a link that shows variants in the browser that opens it, whatever the rules say

  --config FILE     the site config (default: unblink.config.ts, .js, .mjs or .json in this folder)
  --slot S          the slot
  --experience E    one of its experiences
  --variant V       one of that experience's variants
  --url ADDRESS     the server as a browser has it (default http://127.0.0.1:4700)
  --to PATH         the page to go on to (default /)
  --minutes N       how long it lasts from now, 1 to 1440 (default 60)
  --help            this text

Give --slot, --experience and --variant again for a second slot. Signed with the config's server key, so a server that has
another key refuses it. What is shown so is never counted.
`

const MAX_MINUTES = 1_440

const option = { type: 'string', multiple: true, default: [] as string[] } as const

/** `unblink preview`. */
export async function runPreview(args: string[]): Promise<void> {
  const { flags } = readFlags(args, {
    config: { type: 'string' },
    slot: option,
    experience: option,
    variant: option,
    url: { type: 'string', default: 'http://127.0.0.1:4700' },
    to: { type: 'string', default: '/' },
    minutes: { type: 'string', default: '60' },
    help: { type: 'boolean' },
  })
  if (flags.help) return void process.stdout.write(USAGE)
  const minutes = Number(flags.minutes)
  if (!(minutes >= 1 && minutes <= MAX_MINUTES))
    throw new UsageError(`--minutes ${flags.minutes}: expected a number from 1 to ${MAX_MINUTES}.`)
  const site = await loadSite(findConfig(flags.config))
  if (!site.ok) throw new Error(site.error)
  const until = Date.now() + minutes * 60_000
  const { slot: slots, experience: experiences, variant: variants, url: base, to } = flags
  const link = createPreviewLink({ site: site.value, slots, experiences, variants, base, to, until })
  if (!link.ok) throw new UsageError(link.error)
  const end = `${link.value.split('?')[0]}?${new URLSearchParams({ to })}`
  process.stdout.write(
    `${link.value}\n\nShows it until ${new Date(until).toISOString()} in the browser that opens it. To end it before:\n${end}\n`,
  )
}
