#!/usr/bin/env node
import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { Result } from '@unblink/protocol'
import { createServer, type UnblinkServer } from './createServer.ts'
import { formatLog } from './formatLog.ts'
import { getMessage } from './log.ts'
import { serve } from './serve.ts'
import { createManifest } from './site/createManifest.ts'
import { getClosest } from './site/getClosest.ts'
import { loadSite } from './site/loadSite.ts'

const USAGE = `unblink: personalise a page without the blink

  unblink serve --config FILE   serve the profile API, the collector and the manifest
  unblink check --config FILE   check a site config

Add --help to a command for its options.
`

const SERVE_USAGE = `unblink serve: serve the profile API, the collector and the manifest of one site

  --config FILE   the site config, like unblink.config.ts (required)
  --port N        port to listen on; 0 takes a free one (default 4700)
  --host ADDRESS  address to listen on (default 127.0.0.1, this machine only)
  --data DIR      folder of the database (default: kept in memory, gone at the end)
  --sdk DIR       folder with unblink.js, to serve it too
  --trust-proxy   believe X-Forwarded-Host and -Proto; only behind a proxy that sets them itself
  --live          show visitors what is known of them at /live; for demonstrations
  --help          this text

Logs are lines of JSON on stderr. SIGINT and SIGTERM answer what has begun, then end.
`

const CHECK_USAGE = `unblink check: check a site config and print the version of its manifest

  --config FILE   the site config, like unblink.config.ts (required)
  --help          this text
`

/** A wrong call, told apart from a failure by the exit code 2. */
class UsageError extends Error {}

const print = (text: string) => process.stdout.write(text)

const readFlags = <T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) => {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError(getMessage(error))
  }
}

const requireConfig = (config: string | undefined): string => {
  if (config === undefined)
    throw new UsageError('Say which site to use: --config FILE, like --config unblink.config.ts.')
  return config
}

const unwrap = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error)
  return result.value
}

async function runCheck(args: string[]): Promise<void> {
  const { config, help } = readFlags(args, { config: { type: 'string' }, help: { type: 'boolean' } })
  if (help) return void print(CHECK_USAGE)
  const site = unwrap(await loadSite(requireConfig(config)))
  const { version, slots, experiences } = createManifest(site)
  print(
    `Site "${site.id}" is sound: ${Object.keys(slots).length} slots, ${experiences.length} experiences, manifest ${version}.\n`,
  )
}

function parsePort(port: string): number {
  const number = Number(port)
  if (/^\d+$/.test(port) && number <= 65_535) return number
  throw new UsageError(`--port ${port}: expected a number from 0 to 65535.`)
}

async function runServe(args: string[]): Promise<void> {
  const flags = readFlags(args, {
    config: { type: 'string' },
    port: { type: 'string', default: '4700' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string' },
    sdk: { type: 'string' },
    live: { type: 'boolean' },
    'trust-proxy': { type: 'boolean' },
    help: { type: 'boolean' },
  })
  if (flags.help) return void print(SERVE_USAGE)
  const port = parsePort(flags.port)
  const site = unwrap(await loadSite(requireConfig(flags.config)))
  const unblink = await openServer({
    site,
    dataDir: flags.data,
    sdkDir: flags.sdk,
    live: flags.live,
    trustProxy: flags['trust-proxy'],
    log: (record) => process.stderr.write(`${formatLog(record, Date.now())}\n`),
  })
  const serving = await serve(unblink, { port, host: flags.host })
  if (!serving.ok) {
    await unblink.close()
    throw new Error(serving.error)
  }
  print(`Unblink serves the site "${site.id}" at ${serving.value.url}${flags.data ? '' : ', database in memory'}\n`)
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  print('Stopping: answering what has begun.\n')
  await serving.value.stop()
}

async function openServer(options: Parameters<typeof createServer>[0]): Promise<UnblinkServer> {
  try {
    return await createServer(options)
  } catch (error) {
    throw new Error(`The database in ${options.dataDir ?? 'memory'} cannot be opened: ${getMessage(error)}`, {
      cause: error,
    })
  }
}

const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<void>>> = { serve: runServe, check: runCheck }

async function main([name, ...args]: string[]): Promise<number> {
  try {
    if (name === '--help' || name === '-h' || name === 'help') return (print(USAGE), 0)
    if (name === undefined) throw new UsageError(`Say what to do: ${Object.keys(COMMANDS).join(' or ')}.`)
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!command) {
      const closest = getClosest(name, Object.keys(COMMANDS))
      throw new UsageError(`There is no command "${name}"${closest ? `; did you mean "${closest}"?` : '.'}`)
    }
    await command(args)
    return 0
  } catch (error) {
    const isUsage = error instanceof UsageError
    process.stderr.write(`${getMessage(error)}\n${isUsage ? 'See unblink --help.\n' : ''}`)
    return isUsage ? 2 : 1
  }
}

process.exitCode = await main(process.argv.slice(2))
