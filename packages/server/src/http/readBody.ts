/** Bytes that all open requests together may hold. */
export interface ByteBudget {
  left: number
}

export type Body =
  | { readonly type: 'body'; readonly text: string; readonly bytes: number }
  | { readonly type: 'too-large' | 'too-slow' | 'no-room' | 'not-utf8' | 'broken' }

export interface ReadBodyOptions {
  readonly maxBytes: number
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

function decode(bytes: Uint8Array): Body {
  try {
    return { type: 'body', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), bytes: bytes.byteLength }
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

async function readWhole(
  request: Request,
  { maxBytes, timeoutMs = 10_000, budget = { left: Infinity } }: ReadBodyOptions,
): Promise<Body> {
  const { late, stop } = startTimer(timeoutMs)
  try {
    const whole = await Promise.race([request.arrayBuffer(), late])
    if (whole === LATE) return { type: 'too-slow' }
    // Only a request that was made without HTTP can be longer than it says.
    if (whole.byteLength > maxBytes) return { type: 'too-large' }
    if (whole.byteLength > budget.left) return { type: 'no-room' }
    const body = decode(new Uint8Array(whole))
    if (body.type === 'body') budget.left -= body.bytes
    return body
  } catch {
    // The sender went away in the middle.
    return { type: 'broken' }
  } finally {
    stop()
  }
}

async function readChunks(
  request: Request,
  { maxBytes, timeoutMs = 10_000, budget = { left: Infinity } }: ReadBodyOptions,
): Promise<Body> {
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
  const body = decode(Buffer.concat(chunks))
  return body.type === 'body' ? body : giveUp('not-utf8')
}
