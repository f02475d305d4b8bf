import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getBootConfig, getIntegrity, renderHead } from '@unblink/snippet'
import { renderPinnedHead } from '../routes/renderPinnedHead.ts'
import { loadSite } from '../site/loadSite.ts'
import { findConfig } from './findConfig.ts'
import { findSdk } from './findSdk.ts'
import { readFlags } from './readFlags.ts'
import { UsageError } from './UsageError.ts'

const USAGE = `unblink snippet: print what goes first into the head of every page

  --config FILE  the site config (default: unblink.config.ts, .js, .mjs or .json in this folder)
  --base PATH    the site's own path that leads to the server, or the server's address (default /u)
  --external     a single tag without inline script; its file comes from the server, with the site's configuration
  --floating     without integrity hashes: the block then outlives an upgrade of unblink.js
  --no-early-clicks
                 without the part that tells of clicks in a page that is left before unblink.js has come: 1.3 KB less;
                 the external tag has it anyway
  --pinned       with --external: a file named by its hash, for ever the same, with integrity hashes
  --sdk DIR      folder with unblink.js, for the hash (default: the installed @unblink/browser)
  --json         print { html, script?, hash?, integrity? } for programs
  --help         this text

The block goes to stdout, what a Content-Security-Policy has to allow to stderr.
`

const PLACES =
  'Put this first into <head>. Its last line, the tag of unblink.js, is better last in <head>: then the page asks for its own styles and fonts before it.'

async function readRuntime(folder: string | undefined): Promise<Buffer> {
  const [found] = folder === undefined ? findSdk() : [folder]
  try {
    if (found === undefined) throw new Error('not installed')
    return await readFile(join(found, 'unblink.js'))
  } catch (error) {
    const where = folder === undefined ? 'among the installed packages' : `in ${folder}`
    const remedy =
      'Install it with npm install @unblink/browser, name its folder with --sdk DIR, or do without: --floating.'
    throw new Error(`There is no unblink.js ${where}. ${remedy}`, { cause: error })
  }
}

interface Printed {
  readonly html: string
  readonly script?: string
  /** The inline script's source for a Content-Security-Policy. */
  readonly hash?: string
  readonly integrity?: string
}

/** `unblink snippet`. */
export async function runSnippet(args: string[]): Promise<void> {
  const { flags } = readFlags(args, {
    config: { type: 'string' },
    base: { type: 'string', default: '/u' },
    sdk: { type: 'string' },
    external: { type: 'boolean', default: false },
    floating: { type: 'boolean', default: false },
    pinned: { type: 'boolean', default: false },
    'no-early-clicks': { type: 'boolean', default: false },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  })
  if (flags.help) return void process.stdout.write(USAGE)
  const { external, floating, pinned, sdk } = flags
  if (pinned && !external) throw new UsageError('--pinned is for --external; the block has its integrity anyway.')
  if (pinned && floating) throw new UsageError('--pinned and --floating are opposites. Say one of them.')
  const base = flags.base.replace(/\/$/, '')
  if (base !== '' && !/^(\/[^/\s"<>]|https?:\/\/[^/\s"<>])[^\s"<>]*$/.test(base))
    throw new UsageError(`--base ${flags.base}: expected a path like /u, or an address like https://u.example.com.`)
  const site = await loadSite(findConfig(flags.config))
  if (!site.ok) throw new Error(site.error)

  const print = async (): Promise<Printed> => {
    if (!external) {
      const integrity = floating ? undefined : getIntegrity(await readRuntime(sdk))
      const config = getBootConfig(site.value, { base, earlyClicks: !flags['no-early-clicks'] })
      const { html, script, hash } = renderHead({ ...config, integrity })
      return { html, script, hash, ...(integrity === undefined ? {} : { integrity }) }
    }
    if (!pinned) return { html: `<script src="${base}/unblink-head.js"></script>` }
    const { name, text } = renderPinnedHead(site.value, await readRuntime(sdk))
    const integrity = getIntegrity(text)
    const cors = /^https?:/.test(base) ? ' crossorigin="anonymous"' : ''
    return { html: `<script src="${base}/${name}" integrity="${integrity}"${cors}></script>`, integrity }
  }
  const printed = await print()
  if (flags.json) return void process.stdout.write(`${JSON.stringify(printed, null, 2)}\n`)
  process.stdout.write(`${printed.html}\n`)
  const origin = /^https?:/.test(base) ? ` ${new URL(base).origin}` : ''
  process.stderr.write(
    `${printed.script ? PLACES : 'Put this first into <head>.'} A Content-Security-Policy needs: script-src 'self'${origin}${printed.hash ? ` ${printed.hash}` : ''}; connect-src 'self'${origin}\n`,
  )
}
