import { getRetryAfterMs } from '../http/getRetryAfterMs.ts'
import type { FilledRequest } from './fillProfileRequest.ts'

/** `unknown`: the service does not know the visitor. `why` repeats nothing of an address, nor of an answer. */
export type FetchedProfile =
  | { readonly type: 'found'; readonly json: unknown }
  | { readonly type: 'unknown' }
  /** `retryAfterMs`: how long it wants to be left alone. */
  | { readonly type: 'failed'; readonly why: string; readonly retryAfterMs?: number | undefined }

export interface FetchProfileOptions {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly maxBytes: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

/** Why a request came to nothing, in the words of the network: `ECONNREFUSED`. */
function getCause(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: unknown; message?: unknown }; message?: unknown }
  const known = cause?.code ?? cause?.message
  if (typeof known === 'string')
    return known === 'unexpected redirect' ? 'it leads elsewhere, which is not followed' : known
  return typeof message === 'string' ? message : 'the request failed'
}

/** The body as text; undefined when it is longer than it may be. What does not end is cut off there. */
async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * Asks a profile service. 404, 204 and an empty 200 say that it knows nobody; anything but JSON is a failure, and so are a
 * redirect and an answer that is too long or too late. Never rejects.
 */
export async function fetchProfileJson(
  { url, body }: FilledRequest,
  { method, headers, maxBytes, timeoutMs, signal }: FetchProfileOptions,
): Promise<FetchedProfile> {
  const abort = new AbortController()
  const stop = () => abort.abort()
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    stop()
  }, timeoutMs)
  const failed = (why: string): FetchedProfile => ({ type: 'failed', why })
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      redirect: 'error',
      signal: abort.signal,
    })
    const isUnknown = response.status === 404 || response.status === 204
    const isLarge = Number(response.headers.get('content-length')) > maxBytes
    if (!response.ok || isUnknown || isLarge) {
      await response.body?.cancel()
      if (isUnknown) return { type: 'unknown' }
      if (response.ok) return failed(`more than ${maxBytes} bytes`)
      const retryAfterMs = getRetryAfterMs(response.headers.get('retry-after'), Date.now())
      return { type: 'failed', why: `status ${response.status}`, retryAfterMs }
    }
    const text = await readText(response, maxBytes)
    if (text === undefined) return failed(`more than ${maxBytes} bytes`)
    if (text.trim() === '') return { type: 'unknown' }
    const type = response.headers.get('content-type') ?? ''
    if (!JSON_TYPE.test(type)) return failed(`its answer is ${JSON.stringify(type.slice(0, 60))}, not application/json`)
    try {
      return { type: 'found', json: JSON.parse(text) as unknown }
    } catch {
      return failed('its answer cannot be read as JSON')
    }
  } catch (error) {
    return failed(isLate ? `no answer within ${timeoutMs} ms` : getCause(error))
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
