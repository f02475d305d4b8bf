#!/usr/bin/env node
import { isBot } from './collector/isBot.ts'
import { findSdk } from './commands/findSdk.ts'
import { openPages } from './commands/openPages.ts'
import { readFlags } from './commands/readFlags.ts'
import { runAudit } from './commands/runAudit.ts'
import { runCheck } from './commands/runCheck.ts'
import { runEvaluate } from './commands/runEvaluate.ts'
import { runExplain } from './commands/runExplain.ts'
import { runExport } from './commands/runExport.ts'
import { runImport } from './commands/runImport.ts'
import { runPreview } from './commands/runPreview.ts'
import { runQuality } from './commands/runQuality.ts'
import { runReplay } from './commands/runReplay.ts'
import { runReport } from './commands/runReport.ts'
import { runSnippet } from './commands/runSnippet.ts'
import { runTypes } from './commands/runTypes.ts'
import { runWebhooks } from './commands/runWebhooks.ts'
import { UsageError } from './commands/UsageError.ts'
import { createServer, type UnblinkServer } from './createServer.ts'
import { followConfig } from './followConfig.ts'
import { formatLog } from './formatLog.ts'
import { getMessage, type LogRecord } from './log.ts'
import { readScaleFlags, SCALE_FLAGS, SCALE_USAGE } from './scale/readScaleFlags.ts'
import { ScaleError } from './scale/ScaleError.ts'
import { serve } from './serve.ts'
import { checkSite, formatFinding } from './site/checkSite.ts'
import { getClosest } from './site/getClosest.ts'
import type { Site } from './site/site.ts'
import { GeoError } from './sources/GeoError.ts'
import { GEO_FLAGS, GEO_USAGE, readGeoFlags } from './sources/readGeoFlags.ts'

const USAGE = `unblink: personalise a page without the blink

  unblink serve --config FILE   serve the profile API, the collector and the manifest
  unblink check [FILE]          check a site config
  unblink explain               tell how slots are decided for a visitor, and why
  unblink preview               print a link that shows chosen variants in one browser
  unblink report                tell what came of each experience: who saw what, and who reached the goals
  unblink evaluate              tell what other ways of choosing would have earned
  unblink import FILE           set attributes of many visitors from CSV or NDJSON
  unblink replay                work profiles out anew from the log of events
  unblink quality               tell what is wrong with the data that attributes are made of
  unblink audit                 print who identified, exported or erased visitors, and when
  unblink export                write events, exposures or profiles for a warehouse
  unblink webhooks              look after the messages that tell others about visitors
  unblink snippet               print what goes first into the head of every page
  unblink types                 write the names of slots, goals, components and actions as TypeScript types

Add --help to a command for its options.
`

const SERVE_USAGE = `unblink serve: serve the profile API, the collector and the manifest of one site

  --config FILE   the site config, like unblink.config.ts (required)
  --port N        port to listen on; 0 takes a free one (default 4700)
  --host ADDRESS  address to listen on (default 127.0.0.1, this machine only)
  --data DIR      folder of the database (default: kept in memory, gone at the end)
  --sdk DIR       folder with unblink.js, to serve it too (default: the installed @unblink/browser)
  --pages DIR     serve this folder's pages at /, and all of Unblink under /u; to try it out
  --trust-proxy   believe X-Forwarded-Host and -Proto; only behind a proxy that sets them itself
  --retention-days N  delete events after so many days, at least 8; 0 keeps them (default 395)
  --learn-from-bots   treat bots and headless browsers as visitors; for tests
  --watch         read the config again when it changes; one with errors leaves the last good one in force
  --live          show visitors what is known of them at /live; for demonstrations
${GEO_USAGE}${SCALE_USAGE}  --help          this text

Logs are lines of JSON on stderr. SIGINT and SIGTERM answer what has begun, then end.
`

const print = (text: string) => process.stdout.write(text)

const requireConfig = (config: string | undefined): string => {
  if (config === undefined)
    throw new UsageError('Say which site to use: --config FILE, like --config unblink.config.ts.')
  return config
}

function parsePort(port: string): number {
  const number = Number(port)
  if (/^\d+$/.test(port) && number <= 65_535) return number
  throw new UsageError(`--port ${port}: expected a number from 0 to 65535.`)
}

function parseDays(days: string): number | undefined {
  const number = Number(days)
  if (number === 0) return undefined
  if (/^\d{1,5}$/.test(days) && number >= 8) return number
  throw new UsageError(`--retention-days ${days}: expected 0, or a number of days from 8 up.`)
}

/** How long what is left may hold the process when all has been answered and written. */
const LINGER_MS = 1_000

const log = (record: LogRecord) => void process.stderr.write(`${formatLog(record, Date.now())}\n`)

/** Warnings are for the log; with errors there is nothing to serve. */
async function readSite(file: string): Promise<Site> {
  const { site, findings } = await checkSite(file, Date.now())
  if (!site) throw new Error(findings.map(formatFinding).join('\n'))
  for (const finding of findings) log({ level: 'warn', code: 'config_doubt', message: formatFinding(finding) })
  return site
}

async function runServe(args: string[]): Promise<void> {
  const { flags } = readFlags(args, {
    config: { type: 'string' },
    port: { type: 'string', default: '4700' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string' },
    sdk: { type: 'string' },
    pages: { type: 'string' },
    live: { type: 'boolean' },
    watch: { type: 'boolean' },
    // As long as the visitor's cookie.
    'retention-days': { type: 'string', default: '395' },
    'learn-from-bots': { type: 'boolean' },
    'trust-proxy': { type: 'boolean' },
    ...SCALE_FLAGS,
    ...GEO_FLAGS,
    help: { type: 'boolean' },
  })
  if (flags.help) return void print(SERVE_USAGE)
  const port = parsePort(flags.port)
  const retentionDays = parseDays(flags['retention-days'])
  const scale = readScaleFlags(flags)
  const geo = readGeoFlags(flags)
  const config = requireConfig(flags.config)
  const toHost = flags.pages === undefined ? undefined : openPages(flags.pages, config)
  const site = await readSite(config)
  const unblink = await openServer({
    site,
    dataDir: flags.data,
    scale,
    sdkDir: flags.sdk ?? findSdk(),
    live: flags.live,
    trustProxy: flags['trust-proxy'],
    geo,
    isBot: flags['learn-from-bots'] ? undefined : isBot,
    retentionDays,
    log,
  })
  const serving = await serve(toHost?.(unblink) ?? unblink, { port, host: flags.host })
  if (!serving.ok) {
    await unblink.close()
    throw new Error(serving.error)
  }
  const storage = scale ? ', events and profiles on NATS' : flags.data ? '' : ', database in memory'
  print(`Unblink serves the site "${site.id}" at ${serving.value.url}${storage}\n`)
  if (toHost) print(`Its pages are those of ${flags.pages}, and /u leads to Unblink\n`)
  const stopFollowing = flags.watch ? followConfig({ file: config, unblink, log }) : () => {}
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  print('Stopping: answering what has begun.\n')
  stopFollowing()
  await serving.value.stop()
  // A NATS server that stands still can hold a connection open for minutes, and the process with it.
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

async function openServer(options: Parameters<typeof createServer>[0]): Promise<UnblinkServer> {
  try {
    return await createServer(options)
  } catch (error) {
    if (error instanceof ScaleError || error instanceof GeoError) throw error
    throw new Error(`The database in ${options.dataDir ?? 'memory'} cannot be opened: ${getMessage(error)}`, {
      cause: error,
    })
  }
}

const isOfCluster = (args: readonly string[]) =>
  args.some((arg) => arg.startsWith('--nats')) ||
  (!!process.env['UNBLINK_NATS'] && !args.some((arg) => arg.startsWith('--data')))

const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<number | void> | void>> = {
  serve: runServe,
  check: runCheck,
  explain: runExplain,
  // A cluster keeps its log elsewhere, and its client is loaded by those who use it.
  replay: async (args) => (isOfCluster(args) ? await import('./scale/runReplay.ts') : { runReplay }).runReplay(args),
  import: runImport,
  preview: runPreview,
  report: runReport,
  evaluate: runEvaluate,
  quality: runQuality,
  audit: async (args) => (isOfCluster(args) ? await import('./scale/runAudit.ts') : { runAudit }).runAudit(args),
  webhooks: async (args) =>
    (isOfCluster(args) ? await import('./scale/telling/runWebhooks.ts') : { runWebhooks }).runWebhooks(args),
  export: runExport,
  snippet: runSnippet,
  types: runTypes,
}

async function main([name, ...args]: string[]): Promise<number> {
  try {
    if (name === '--help' || name === '-h' || name === 'help') return (print(USAGE), 0)
    if (name === undefined) throw new UsageError(`Say what to do: ${Object.keys(COMMANDS).join(', ')}.`)
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!command) {
      const closest = getClosest(name, Object.keys(COMMANDS))
      throw new UsageError(`There is no command "${name}"${closest ? `; did you mean "${closest}"?` : '.'}`)
    }
    return (await command(args)) ?? 0
  } catch (error) {
    const isUsage = error instanceof UsageError
    const help = name !== undefined && Object.hasOwn(COMMANDS, name) ? `unblink ${name} --help` : 'unblink --help'
    process.stderr.write(`${getMessage(error)}\n${isUsage ? `See ${help}.\n` : ''}`)
    return isUsage ? 2 : 1
  }
}

process.exitCode = await main(process.argv.slice(2))
