import type { ForwardRequest } from './forwardSettings.ts'

/** Something to be sent, as JSON. */
export interface Piece {
  readonly id: string
  readonly json: string
}

export interface PackInput {
  readonly pieces: readonly Piece[]
  readonly maxPieces: number
  /** Of the whole body. */
  readonly maxBytes: number
  /** Makes a body of the list of pieces, `[…]`. */
  readonly wrap: (list: string) => string
}

/** Puts pieces, in their order, into as few requests as the limits allow. Each piece alone has to fit. Pure. */
export function pack({ pieces, maxPieces, maxBytes, wrap }: PackInput): readonly ForwardRequest[] {
  const overhead = Buffer.byteLength(wrap('[]'))
  const requests: ForwardRequest[] = []
  let open: Piece[] = []
  let bytes = overhead
  const close = () => {
    if (open.length === 0) return
    requests.push({ ids: open.map(({ id }) => id), body: wrap(`[${open.map(({ json }) => json).join(',')}]`) })
    open = []
    bytes = overhead
  }
  for (const piece of pieces) {
    const size = Buffer.byteLength(piece.json) + 1
    if (open.length >= maxPieces || bytes + size > maxBytes) close()
    open.push(piece)
    bytes += size
  }
  close()
  return requests
}
