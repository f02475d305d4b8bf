import type { Boot, BootInput, BootSlot } from '@unblink/protocol'

/** What an external tag fetches when the snippet is under way. */
export interface TagRuntime {
  /** Beside the tag's own file. */
  readonly file: string
  readonly integrity?: string
}

/** What stands in for `unblink` before an external tag: it keeps commands. */
interface Stub {
  readonly early?: readonly unknown[][]
}

interface TrustedTypes {
  createPolicy(name: string, rules: object): { createScriptURL(url: string): string }
}

/**
 * The story of the external tag: reads the `data-` attributes over the site's configuration, runs the snippet, fetches the
 * runtime, and hands on the commands that were pushed before. A wrong attribute is told in the console and ignored.
 *
 * Its text is sent as it is, so it uses nothing from outside of itself.
 * @param boot The snippet, waiting for its configuration.
 */
export function startTag(site: BootInput, runtime: TagRuntime, boot: (config: BootInput) => void): void {
  const page = window as { unblink?: unknown; trustedTypes?: TrustedTypes }
  const early = (page.unblink as Stub | undefined)?.early
  // The first snippet of a page wins.
  if (page.unblink && !early) return
  page.unblink = undefined

  // A module has no current script.
  const tag = document.currentScript ?? document.querySelector('script[src*="unblink-head."]')
  const data: DOMStringMap = tag instanceof HTMLScriptElement ? tag.dataset : {}
  const src = tag instanceof HTMLScriptElement ? tag.src : ''
  const complain = (text: string) => console.warn(`[unblink] ${text}`)
  /** The value of one attribute, if it is there and sound. */
  const read = (name: string, isSound: (value: string) => boolean, expected: string) => {
    const value = data[name]
    if (value === undefined || isSound(value)) return value
    complain(`data-${name}="${value}": expected ${expected}, so it is ignored. Correct it in the script tag.`)
    return undefined
  }
  const oneOf = (name: string, values: readonly string[]) =>
    read(name, (value) => values.includes(value), values.join(', '))
  const split = (text: string | undefined) => text?.split(/\s+/).filter(Boolean)
  const isSomething = (value: string) => value !== ''

  if (document.body)
    complain(
      'The tag runs when the page can be seen already, so nothing of it is hidden. Put it first into <head>, without async, defer and type="module".',
    )
  const states = ['granted', 'denied', 'pending']
  const consent = oneOf('consent', states)
  const analytics = oneOf('analytics', states) ?? (consent ? undefined : site.analytics)
  const deadline = read('deadline', (value) => +value >= 50 && +value <= 3_000, 'milliseconds from 50 to 3000')
  const late = oneOf('late', ['keep', 'fade', 'next'])
  const redirects = split(data['redirects']) ?? site.redirects
  const names = split(data['slots']) ?? Object.keys(site.slots)
  const slots: Record<string, BootSlot> = {}
  for (const name of names) {
    const slot = Object.hasOwn(site.slots, name) ? site.slots[name] : undefined
    if (!slot) complain(`data-slots: the site has no slot "${name}", so it is ignored. Add it to the site config.`)
    else
      slots[name] = {
        ...slot,
        ...(deadline && { deadlineMs: +deadline }),
        ...(late && { late: late as NonNullable<BootSlot['late']> }),
      }
  }
  const own = src ? src.slice(0, src.lastIndexOf('/')) : site.base
  const base = (read('base', isSomething, 'a path like /u') ?? own).replace(/\/$/, '')
  boot({
    v: 1,
    key: read('key', isSomething, "the site's browser key") ?? site.key,
    base,
    consent: (consent ?? site.consent) as BootInput['consent'],
    ...(analytics && { analytics: analytics as BootInput['consent'] }),
    slots,
    ...(redirects && { redirects }),
  })

  const address = `${base}/${runtime.file}`
  const isForeign = new URL(address, location.href).origin !== location.origin
  const isWaitedFor = () => !!(page.unblink as Boot | undefined)?.queue.length
  // Firefox ends what a page is loading when one of its links is followed, but begins what is asked for from then on. What was
  // clicked or pushed until then waits for the runtime, so it is asked for again, once.
  const fetchRuntime = (url: string, isAgain?: boolean) => {
    const script = document.createElement('script')
    script.async = true
    script.fetchPriority = 'low'
    if (runtime.integrity) script.integrity = runtime.integrity
    if (isForeign) script.crossOrigin = 'anonymous'
    if (tag instanceof HTMLElement && tag.nonce) script.nonce = tag.nonce
    script.onerror = () => !isAgain && isWaitedFor() && fetchRuntime(url, true)
    script.src = url
    document.head.append(script)
  }
  try {
    const policy = page.trustedTypes?.createPolicy('unblink-head', { createScriptURL: (url: string) => url })
    fetchRuntime(policy ? policy.createScriptURL(address) : address)
  } catch (error) {
    complain(
      `The page's policy keeps the runtime away: ${String(error)}. Add "trusted-types unblink-head" to it; until then nothing is reported.`,
    )
  }
  for (const command of early ?? []) (page.unblink as Boot | undefined)?.push(...command)
}
