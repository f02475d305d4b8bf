/**
 * Sends text in pieces, `gapMs` apart, as a slow server or a thin line would. Stops when the reader goes away.
 * @param gapMs 0 still sends the pieces one by one.
 */
export function streamChunks(chunks: readonly string[], gapMs: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let next = 0
  let timer: NodeJS.Timeout | undefined
  return new ReadableStream({
    pull: (controller) =>
      new Promise((resolve) => {
        timer = setTimeout(
          () => {
            const chunk = chunks[next++]
            if (chunk === undefined) controller.close()
            else controller.enqueue(encoder.encode(chunk))
            resolve()
          },
          next && next < chunks.length ? gapMs : 0,
        )
      }),
    cancel: () => clearTimeout(timer),
  })
}
