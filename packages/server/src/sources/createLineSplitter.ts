/** One line of a stream; `text` is left out where it was longer than allowed. */
export interface SplitLine {
  readonly text?: string
  /** Its bytes, as far as they were kept. */
  readonly bytes: number
}

/** Cuts bytes into lines as they come, and keeps no more than one line. */
export interface LineSplitter {
  /** The lines that end in this chunk, without their line ends (LF or CRLF). */
  push(chunk: Uint8Array): readonly SplitLine[]
  /** What is left when the stream has ended: a last line without a line end, or nothing. */
  end(): readonly SplitLine[]
}

const LF = 0x0a
const CR = 0x0d

/** @param maxBytes What a line may have; of a longer one nothing is kept. */
export function createLineSplitter(maxBytes: number): LineSplitter {
  let kept: Uint8Array[] = []
  let bytes = 0

  const keep = (part: Uint8Array) => {
    bytes += part.byteLength
    if (bytes > maxBytes) kept = []
    // A copy: the chunk it is a part of may be much larger, or be used again.
    else if (part.byteLength > 0) kept.push(Buffer.from(part))
  }

  const take = (): SplitLine => {
    const whole = Buffer.concat(kept)
    const line: SplitLine =
      bytes > maxBytes
        ? { bytes: maxBytes }
        : { text: whole.toString('utf8', 0, whole.at(-1) === CR ? whole.length - 1 : whole.length), bytes }
    kept = []
    bytes = 0
    return line
  }

  return {
    push(chunk) {
      const lines: SplitLine[] = []
      let from = 0
      for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
        keep(chunk.subarray(from, at))
        lines.push(take())
        from = at + 1
      }
      keep(chunk.subarray(from))
      return lines
    },
    end: () => (bytes > 0 ? [take()] : []),
  }
}
