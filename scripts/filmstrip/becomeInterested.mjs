const TIMEOUT_MS = 45_000
const ASK_EVERY_MS = 500

/** What the profile API says this visitor wants most; undefined while it does not know. */
async function readIntent(context, { base, key }) {
  const consent = { personalization: 'granted', analytics: 'granted' }
  const reply = await context.request.post(`${base}/u/v1/p`, {
    headers: { 'content-type': 'text/plain', origin: new URL(base).origin },
    data: JSON.stringify({ v: 1, key, slots: {}, url: '/', referrer: '', consent }),
  })
  if (!reply.ok()) throw new Error(`The profile API answered ${reply.status()}: ${await reply.text()}`)
  const { attributes } = await reply.json()
  return attributes?.intent?.primary ?? undefined
}

/**
 * A real visit: reads `path` with the mouse moving until the profile's first intent is `intent`. Throws after 45 s
 * without it. `onProgress` hears of every second.
 */
export async function becomeInterested(context, { base, key, path, intent, onProgress }) {
  const page = await context.newPage()
  await page.goto(`${base}${path}`)
  const startedAt = Date.now()
  let told = -1
  for (let step = 0; ; step += 1) {
    const seconds = Math.floor((Date.now() - startedAt) / 1_000)
    if (seconds > told) onProgress((told = seconds))
    const found = await readIntent(context, { base, key })
    if (found === intent) break
    if (Date.now() - startedAt > TIMEOUT_MS)
      throw new Error(
        `${seconds} s of reading ${path} left the profile's first intent at ${found ?? 'nothing'}, not ${intent}. Do events reach the collector (DEBUG=1 says more)?`,
      )
    await page.mouse.move(120 + ((step * 37) % 300), 160 + ((step * 53) % 240), { steps: 4 })
    await page.waitForTimeout(ASK_EVERY_MS)
  }
  await page.close()
}
