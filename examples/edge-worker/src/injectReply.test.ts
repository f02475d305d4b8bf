import { expect, test } from 'vitest'
import { injectReply, PLACE } from './injectReply.ts'

const SCRIPT = '<script>1</script>'
const never = new Promise<string>(() => {})

function toStream(...pieces: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece)
      controller.close()
    },
  })
}

const inject = (html: ReadableStream<Uint8Array>, script: Promise<string>, maxWaitMs = 10_000) =>
  new Response(injectReply(html, { script, maxWaitMs })).text()

test('the script takes the first place, and no other', async () => {
  const html = await inject(toStream(`<head></head>${PLACE}<p>1</p>${PLACE}<p>2</p>`), Promise.resolve(SCRIPT))
  expect(html).toBe(`<head></head>${SCRIPT}<p>1</p>${PLACE}<p>2</p>`)
})

test('however the page is cut, in bytes, it comes out whole', async () => {
  const page = new TextEncoder().encode(`<p>é€😀<!-- <!--unblink-rep --></p>${PLACE}<p>end<!--unblink`)
  const expected = `<p>é€😀<!-- <!--unblink-rep --></p>${SCRIPT}<p>end<!--unblink`
  for (let cut = 0; cut <= page.length; cut++) {
    const html = await inject(toStream(page.slice(0, cut), page.slice(cut)), Promise.resolve(SCRIPT))
    expect(html, `cut at ${cut}`).toBe(expected)
  }
  const bytes = Array.from(page, (byte) => Uint8Array.of(byte))
  expect(await inject(toStream(...bytes), Promise.resolve(SCRIPT))).toBe(expected)
})

test('what stands before the place is sent before there is a script', async () => {
  let tell: (script: string) => void = () => {}
  const script = new Promise<string>((resolve) => (tell = resolve))
  const reader = injectReply(toStream(`<head>${PLACE}<p>`), { script, maxWaitMs: 10_000 }).getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('<head>')
  tell(SCRIPT)
  let rest = ''
  for (let part = await reader.read(); !part.done; part = await reader.read())
    rest += new TextDecoder().decode(part.value)
  expect(rest).toBe(`${SCRIPT}<p>`)
})

test('a script that misses the first place takes a later one', async () => {
  let tell: (script: string) => void = () => {}
  const script = new Promise<string>((resolve) => (tell = resolve))
  const pieces = [`<head>${PLACE}<p>1</p>`, `<p>2</p>${PLACE}<p>3</p>`]
  const source = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = pieces.shift()
      if (piece === undefined) return controller.close()
      if (pieces.length === 0) {
        tell(SCRIPT)
        await script
      }
      controller.enqueue(new TextEncoder().encode(piece))
    },
  })
  // Without any patience: the first place is passed at once.
  const html = await inject(source, script, 0)
  expect(html.replaceAll(PLACE, '')).toMatch(/^<head>(<p>1<\/p>)?(<p>2<\/p>)?<script>1<\/script>/)
  expect(html.match(/<script>/g)).toHaveLength(1)
})

test('a page without a place gets the script at its end', async () => {
  expect(await inject(toStream('<p>1</p>', '<!--unblink-'), Promise.resolve(SCRIPT))).toBe(
    `<p>1</p><!--unblink-${SCRIPT}`,
  )
})

test('a page goes on without a script that does not come', async () => {
  const reader = injectReply(toStream(`<head>${PLACE}<p>`), { script: never, maxWaitMs: 5 }).getReader()
  let html = ''
  while (!html.endsWith('<p>')) html += new TextDecoder().decode((await reader.read()).value)
  expect(html).toBe('<head><p>')
  await reader.cancel()
})
