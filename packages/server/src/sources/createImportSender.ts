import { getOwn, isObject } from '@unblink/protocol'
import { getRetryAfterMs } from '../http/getRetryAfterMs.ts'
import { getMessage } from '../log.ts'

/** A row on its way. */
export interface SentRow {
  readonly line: number
  readonly raw: string
  readonly body: string
}

export interface RejectedRow {
  readonly row: Pick<SentRow, 'line' | 'raw'>
  readonly code: string
  readonly reason: string
}

export interface SentPart {
  readonly set: number
  readonly same: number
  readonly rejected: readonly RejectedRow[]
  /** Rows of which everything is known; fewer than were given when it was asked to stop. */
  readonly rows: number
}

export interface ImportSenderOptions {
  /** Of the server, also under a path. */
  readonly url: string
  readonly key: string
  readonly isDryRun?: boolean
  /** Told before it waits to try again. */
  readonly onRetry?: (why: string, waitMs: number) => void
  /** Whether to stop between two attempts. @default never */
  readonly isStopping?: () => boolean
  /** @default a timer */
  readonly wait?: (ms: number) => Promise<void>
}

/** The server cannot be reached, or will not have it; what to do is in the message. */
export class ImportSendError extends Error {}

const MAX_TRIES = 10
const MAX_WAIT_MS = 15_000
/** A server stops reading after ten seconds by itself. */
const TIMEOUT_MS = 60_000

type Reply =
  | {
      readonly type: 'taken'
      readonly lines: number
      readonly set: number
      readonly same: number
      readonly next: number
      readonly rejected: readonly { line: number; code: string; message: string }[]
    }
  | { readonly type: 'later'; readonly why: string; readonly waitMs: number }
  | { readonly type: 'never'; readonly why: string }

const REMEDY: Readonly<Record<number, string>> = {
  401: 'Give the key of keys.server, or of one of keys.servers with the scope "attributes".',
  404: 'This is no Unblink server, or an older one, or its path is missing in --url.',
}

async function readReply(response: Response): Promise<Reply> {
  const json: unknown = await response.json().catch(() => undefined)
  const error = isObject(json) ? getOwn(json, 'error') : undefined
  const message = isObject(error) ? String(getOwn(error, 'message')) : `The server answered ${response.status}.`
  const waitMs = getRetryAfterMs(response.headers.get('retry-after'), Date.now()) ?? 0
  if (response.status === 429 || response.status >= 500 || response.status === 408)
    return { type: 'later', why: message, waitMs }
  if (!response.ok) return { type: 'never', why: `${message} ${REMEDY[response.status] ?? ''}`.trim() }
  const lines = isObject(json) ? getOwn(json, 'lines') : undefined
  if (typeof lines !== 'number')
    return { type: 'never', why: `${response.url} gave no answer of an import. ${REMEDY[404]}` }
  // The reply of the same version's server.
  return { type: 'taken', next: 0, ...(json as Omit<Extract<Reply, { type: 'taken' }>, 'type' | 'next'>) }
}

/** Sends rows to `POST /v1/import`, again and again until each is set or rejected. Throws an `ImportSendError` when that cannot be. */
export function createImportSender({
  url,
  key,
  isDryRun = false,
  onRetry = () => {},
  isStopping = () => false,
  wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}: ImportSenderOptions): (rows: readonly SentRow[]) => Promise<SentPart> {
  const address = `${url.replace(/\/+$/, '')}/v1/import${isDryRun ? '?dryRun=true' : ''}`
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' }

  const ask = async (rows: readonly SentRow[]): Promise<Reply> => {
    const body = rows.map((row) => row.body).join('\n')
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      return await readReply(await fetch(address, { method: 'POST', headers, body, signal, redirect: 'error' }))
    } catch (error) {
      const { cause } = error as { cause?: unknown }
      return { type: 'later', why: `${address} cannot be reached: ${getMessage(cause ?? error)}`, waitMs: 0 }
    }
  }

  return async (rows) => {
    const rejected: RejectedRow[] = []
    const counts = { set: 0, same: 0 }
    let begun = 0
    let tries = 0
    while (begun < rows.length && !(isStopping() && begun > 0)) {
      const reply = await ask(rows.slice(begun))
      if (reply.type === 'never') throw new ImportSendError(reply.why)
      if (reply.type === 'taken') {
        for (const { line, code, message } of reply.rejected) {
          const row = rows[begun + line - 1]
          if (row) rejected.push({ row, code, reason: message })
        }
        counts.set += reply.set
        counts.same += reply.same
        begun += Math.min(reply.lines, rows.length - begun)
        if (reply.lines > 0) tries = 0
        if (begun === rows.length) break
      }
      if (reply.type === 'taken' && reply.lines > 0 && reply.next === 0) continue
      if (++tries >= MAX_TRIES || (isStopping() && begun === 0))
        throw new ImportSendError(
          reply.type === 'later' ? reply.why : 'The server takes nothing just now. Try again later.',
        )
      const asked = reply.type === 'later' ? reply.waitMs : reply.next
      const waitMs = Math.min(MAX_WAIT_MS, Math.max(asked, 250 * 2 ** (tries - 1)))
      onRetry(reply.type === 'later' ? reply.why : 'The server is busy with its visitors.', waitMs)
      await wait(waitMs)
    }
    return { ...counts, rejected, rows: begun }
  }
}
