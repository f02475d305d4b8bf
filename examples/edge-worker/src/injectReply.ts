/** Where the origin lets a script stand. A comment of its own, because no search of text can tell where markup is meant. */
export const PLACE = '<!--unblink-reply-->'

export interface Injection {
  /** The script to put in, once there is one. Must not reject. */
  readonly script: Promise<string>
  /** How long the first place may hold the page up for it. At each later place it goes in if it has come, and else at the end. */
  readonly maxWaitMs: number
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** How many characters at the end of a text may be the beginning of a place. */
function countHeld(text: string): number {
  for (let length = Math.min(PLACE.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(PLACE.slice(0, length))) return length
  }
  return 0
}

/** Streams UTF-8 HTML through, with a script put in at one of its places; holds back nothing but what may be a place's beginning. */
export function injectReply(
  html: ReadableStream<Uint8Array>,
  { script, maxWaitMs }: Injection,
): ReadableStream<Uint8Array> {
  let ready: string | undefined
  void script.then((text) => (ready = text))
  let held = ''
  let isFirst = true
  let isDone = false

  const inject = new TransformStream<string, string>({
    async transform(text, controller) {
      if (isDone) return controller.enqueue(text)
      held += text
      for (let at = held.indexOf(PLACE); at >= 0 && !isDone; at = held.indexOf(PLACE)) {
        // What stands before goes out first: the browser needs it, whatever comes of the script.
        controller.enqueue(held.slice(0, at))
        held = held.slice(at + PLACE.length)
        if (isFirst) await Promise.race([script, sleep(maxWaitMs)])
        isFirst = false
        if (ready === undefined) continue
        controller.enqueue(ready)
        isDone = true
      }
      const end = held.length - (isDone ? 0 : countHeld(held))
      controller.enqueue(held.slice(0, end))
      held = held.slice(end)
    },
    async flush(controller) {
      if (!isDone) controller.enqueue(held + (await script))
    },
  })
  return html.pipeThrough(new TextDecoderStream()).pipeThrough(inject).pipeThrough(new TextEncoderStream())
}
