import { gunzipSync } from 'node:zlib'

/** Bytes that all open requests together may hold. */
export interface ByteBudget {
  left: number
}

export type Body =
  | { readonly type: 'body'; readonly text: string; readonly bytes: number }
  | { readonly type: 'too-large' | 'too-slow' | 'no-room' | 'not-utf8' | 'not-gzip' | 'broken' }

export interface ReadBodyOptions {
  /** Of the body as it comes, and of what it is decompressed. */
  readonly maxBytes: number
  /** @default false */
  readonly isGzip?: boolean
  /** For the whole body; a sender that drips is cut off. @default 10 000 */
  readonly timeoutMs?: number
  /** The caller gives `bytes` back when it is done with the text; on any other outcome nothing is owed. */
  readonly budget?: ByteBudget
}

const LATE = Symbol('late')

/** Announced bodies up to this size are read in one go; more than this is counted while it comes. */
const DIRECT_BYTES = 64 * 1024

function startTimer(timeoutMs: number) {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, LATE)
  })
  return { late, stop: () => clearTimeout(timer) }
}

/** JSON of events becomes a tenth; what becomes less than a hundredth was made to fill our memory. */
const MAX_RATIO = 100
/** A ratio says nothing about little. */
const FREE_BYTES = 64 * 1024

const hasCode = (error: unknown, code: string) => (error as { code?: unknown }).code === code

/** Stops inflating at the bound, so that a bomb costs no more than a body that is as large as it may be. */
function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array | Body {
  const maxOutputLength = Math.min(maxBytes, Math.max(FREE_BYTES, MAX_RATIO * bytes.byteLength))
  try {
    return gunzipSync(bytes, { maxOutputLength })
  } catch (error) {
    return { type: hasCode(error, 'ERR_BUFFER_TOO_LARGE') ? 'too-large' : 'not-gzip' }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Uint8Array, { maxBytes, isGzip }: ReadBodyOptions): Body {
  const plain = isGzip ? inflate(bytes, maxBytes) : bytes
  if (!(plain instanceof Uint8Array)) return plain
  try {
    return { type: 'body', text: utf8.decode(plain), bytes: plain.byteLength }
  } catch {
    return { type: 'not-utf8' }
  }
}

/**
 * Reads a request's body, at most `maxBytes` of it. An announced length is what HTTP's framing holds the sender to, so a
 * small body can be read whole, which spares a web stream: half of a request's work, and several turns of a busy event
 * loop. Whatever is longer, or of unknown length, is counted chunk by chunk.
 */
export async function readBody(request: Request, options: ReadBodyOptions): Promise<Body> {
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  if (length > options.maxBytes) return { type: 'too-large' }
  const isSmall = length <= DIRECT_BYTES && !request.headers.has('transfer-encoding')
  return isSmall ? readWhole(request, options) : readChunks(request, options)
}

/** Takes a decoded body's bytes from the budget, if they fit. */
function charge(body: Body, budget: ByteBudget): Body {
  if (body.type !== 'body') return body
  if (body.bytes > budget.left) return { type: 'no-room' }
  budget.left -= body.bytes
  return body
}

async function readWhole(request: Request, options: ReadBodyOptions): Promise<Body> {
  const { maxBytes, timeoutMs = 10_000, budget = { left: Infinity } } = options
  const { late, stop } = startTimer(timeoutMs)
  try {
    const whole = await Promise.race([request.arrayBuffer(), late])
    if (whole === LATE) return { type: 'too-slow' }
    // Only a request that was made without HTTP can be longer than it says.
    if (whole.byteLength > maxBytes) return { type: 'too-large' }
    return charge(decode(new Uint8Array(whole), options), budget)
  } catch {
    // The sender went away in the middle.
    return { type: 'broken' }
  } finally {
    stop()
  }
}

async function readChunks(request: Request, options: ReadBodyOptions): Promise<Body> {
  const { maxBytes, timeoutMs = 10_000, budget = { left: Infinity } } = options
  if (!request.body) return { type: 'body', text: '', bytes: 0 }
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  const giveUp = (type: Exclude<Body['type'], 'body'>): Body => {
    budget.left += bytes
    // Its outcome is of no interest: the request is answered already.
    reader.cancel().catch(() => undefined)
    return { type }
  }
  const { late, stop } = startTimer(timeoutMs)
  try {
    for (;;) {
      const chunk = await Promise.race([reader.read(), late])
      if (chunk === LATE) return giveUp('too-slow')
      if (chunk.done) break
      bytes += chunk.value.byteLength
      budget.left -= chunk.value.byteLength
      if (bytes > maxBytes) return giveUp('too-large')
      if (budget.left < 0) return giveUp('no-room')
      chunks.push(chunk.value)
    }
  } catch {
    return giveUp('broken')
  } finally {
    stop()
  }
  budget.left += bytes
  return charge(decode(Buffer.concat(chunks), options), budget)
}
