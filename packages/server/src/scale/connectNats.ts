import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { connect, credsAuthenticator, errors, type NatsConnection } from '@nats-io/transport-node'
import { getMessage, type Log } from '../log.ts'
import { endWithin } from './endWithin.ts'
import { ScaleError } from './ScaleError.ts'

export interface NatsOptions {
  /** Addresses like `nats://10.0.0.1:4222`; user and password may be in them. More than one, so that one may be down. */
  readonly servers: readonly string[]
  /** File with the credentials of an account, as NATS' own tools make it. @default none */
  readonly credsFile?: string | undefined
  /** How long a start waits for NATS. @default 30 000 */
  readonly waitMs?: number | undefined
}

/** A connection that is kept for as long as the process runs. */
export interface Nats {
  readonly connection: NatsConnection
  /** Milliseconds for which there has been no connection; 0 while there is one. */
  getAwayMs(): number
}

const TRY_EVERY_MS = 1_000
const CONNECT_MS = 2_000
/** A dead machine sends no reset: without these, it would be noticed after four minutes. */
const PING_MS = 2_000
const MAX_PINGS = 2

interface Address {
  readonly server: string
  readonly login?: { readonly user: string; readonly pass: string }
  readonly isTls: boolean
}

function parseAddress(text: string): Address {
  const full = text.includes('://') ? text : `nats://${text}`
  if (!URL.canParse(full) || !/^(nats|tls):$/.test(new URL(full).protocol)) {
    throw new ScaleError(`--nats: "${text}" is no address of a NATS server. Give it like nats://127.0.0.1:4222.`)
  }
  const { hostname, port, username, password, protocol } = new URL(full)
  return {
    server: `${hostname}:${port || 4222}`,
    isTls: protocol === 'tls:',
    ...(username ? { login: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
  }
}

function readCreds(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new ScaleError(`The NATS credentials cannot be read: ${getMessage(error)}. Correct UNBLINK_NATS_CREDS.`)
  }
}

/** Connects, waiting for NATS to come up. Throws a ScaleError when it does not, or does not let us in. */
export async function connectNats(
  { servers, credsFile, waitMs = 30_000 }: NatsOptions,
  log: Log,
  name: string,
): Promise<Nats> {
  const addresses = servers.map(parseAddress)
  const list = addresses.map(({ server }) => server).join(', ')
  const options = {
    servers: addresses.map(({ server }) => server),
    name,
    timeout: CONNECT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    reconnectJitter: 200,
    pingInterval: PING_MS,
    maxPingOut: MAX_PINGS,
    noAsyncTraces: true,
    ...addresses.find(({ login }) => login)?.login,
    ...(credsFile ? { authenticator: credsAuthenticator(readCreds(credsFile)) } : {}),
    ...(addresses.some(({ isTls }) => isTls) ? { tls: {} } : {}),
  }
  const endsAt = performance.now() + waitMs
  for (;;) {
    try {
      return watch(await connect(options), log)
    } catch (error) {
      if (error instanceof errors.AuthorizationError)
        throw new ScaleError(
          `NATS at ${list} does not let this server in: ${getMessage(error)}. Check the credentials.`,
        )
      const leftMs = endsAt - performance.now()
      if (leftMs <= 0)
        throw new ScaleError(
          `NATS cannot be reached at ${list}: ${getMessage(error)}. Start it, or correct --nats; docs/scale.md says how.`,
        )
      const message = `NATS does not answer yet at ${list}; trying for ${Math.ceil(leftMs / 1_000)} s more.`
      log({ level: 'info', code: 'nats_waiting', message })
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS))
    }
  }
}

/** How long NATS has for what is still on its way, and then for the end of the connection. */
const DRAIN_MS = 1_000

/**
 * Ends a connection when NATS has what was sent, or soon when it does not answer: what it has not acknowledged, nobody was told to
 * be stored. Never rejects.
 */
export async function endNats(connection: NatsConnection): Promise<void> {
  await endWithin(DRAIN_MS, connection.drain()).catch(() => false)
  await endWithin(DRAIN_MS, connection.close()).catch(() => false)
}

function watch(connection: NatsConnection, log: Log): Nats {
  let awaySince: number | undefined
  const follow = async () => {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect' && awaySince === undefined) {
        awaySince = performance.now()
        log({ level: 'warn', code: 'nats_away', message: 'The connection to NATS is lost; trying its other servers.' })
      }
      if (type === 'reconnect' && awaySince !== undefined) {
        const ms = Math.round(performance.now() - awaySince)
        awaySince = undefined
        log({ level: 'info', code: 'nats_back', message: 'There is a connection to NATS again.', ms })
      }
    }
  }
  void follow()
  return { connection, getAwayMs: () => (awaySince === undefined ? 0 : performance.now() - awaySince) }
}
