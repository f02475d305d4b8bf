import { createConsent, type ConsentState } from './createConsent.ts'
import { createSandbox, type SandboxHost } from './createSandbox.ts'
import { parseTemplate } from './parseTemplate.ts'

/** One tag of the container, made of the template. */
export interface ContainerTag {
  readonly name: string
  /** The event of the data layer on which it fires: `gtm.init_consent`, `gtm.init`, `gtm.js`, or one of the site's own. */
  readonly on: string
  /** The fields, as they were filled in. */
  readonly fields: Readonly<Record<string, unknown>>
}

export interface ContainerOptions {
  /** `GTM-…` */
  readonly id: string
  /** Name of the data layer. @default 'dataLayer' */
  readonly layer?: string
  /** Text of the `.tpl`. */
  readonly template: string
  readonly tags: readonly ContainerTag[]
  /**
   * Origin that the page has for the template, whose scripts are then fetched from the page's own: GTM injects only from
   * `https:`, which a page on one's own machine seldom has.
   */
  readonly origin: string
}

type Item = Readonly<Record<string, unknown>>
type Callback = (id: string) => void

/** GTM keeps so many items of a data layer. */
const MAX_ITEMS = 300
const FIRST = ['gtm.init_consent', 'gtm.init']

const globals = window as unknown as Record<string, unknown>

/** Once in a page, whatever containers there are. */
function getConsent(): ConsentState {
  const shared = globals as { google_tag_data?: ConsentState }
  return (shared.google_tag_data ??= createConsent())
}

/** Plain objects are merged, everything else replaces what was there. */
function merge(into: Record<string, unknown>, from: Item): void {
  for (const [key, value] of Object.entries(from)) {
    const known = into[key]
    const isPlain = (one: unknown): one is Record<string, unknown> =>
      Object.prototype.toString.call(one) === '[object Object]'
    if (isPlain(value)) {
      const target = isPlain(known) ? known : {}
      into[key] = target
      merge(target, value)
    } else into[key] = value
  }
}

/** Each address once, as GTM does it for one cache token. */
const scripts = new Map<string, Promise<void>>()
function load(address: string): Promise<void> {
  const known = scripts.get(address)
  if (known) return known
  const loading = new Promise<void>((resolve, reject) => {
    const script = document.createElement('script')
    script.async = true
    script.src = address
    script.onload = () => resolve()
    script.onerror = () => reject(new Error(address))
    document.head.append(script)
  })
  scripts.set(address, loading)
  return loading
}

/**
 * Plays a container of Google Tag Manager in a page: reads the data layer from its beginning, wraps its `push`, keeps the model and
 * the consent state, fires tags in the sandbox, and calls back what pushes ask for.
 */
export function startContainer({
  id,
  layer: name = 'dataLayer',
  template: text,
  tags,
  origin,
}: ContainerOptions): void {
  const containers = (globals['google_tag_manager'] ??= {}) as Record<string, unknown>
  if (containers[id]) return
  containers[id] = {}
  const consent = getConsent()
  const model: Record<string, unknown> = {}
  const layer = (globals[name] ??= []) as unknown[]
  const host: SandboxHost = {
    globals,
    address: () => new URL(location.pathname + location.search + location.hash, origin),
    inject(address, onLoad, onError) {
      const { href } = new URL(address.replace(origin, location.origin))
      load(href).then(onLoad, onError)
    },
    isGranted: consent.isGranted,
    onConsent: consent.onChange,
    readLayer: (key) => key.split('.').reduce<unknown>((value, step) => (value as Item | undefined)?.[step], model),
    log: (...values) => console.log(...values),
    later: (callback) => void setTimeout(callback, 0),
  }
  const sandbox = createSandbox(parseTemplate(text), host)

  const fire = (tag: ContainerTag) =>
    new Promise<void>((resolve) => {
      const gtmOnFailure = () => {
        console.warn(`[${id}] The tag "${tag.name}" has failed.`)
        resolve()
      }
      try {
        sandbox.run({ ...tag.fields, gtmOnSuccess: resolve, gtmOnFailure })
      } catch (error) {
        console.error(`[${id}] ${tag.name}:`, error)
        gtmOnFailure()
      }
    })
  const fireOn = async (event: string, callback: Callback | undefined, timeoutMs: number) => {
    const fired = Promise.all(tags.filter(({ on }) => on === event).map(fire))
    if (!callback) return
    const patience = timeoutMs > 0 ? [new Promise((resolve) => setTimeout(resolve, timeoutMs))] : []
    await Promise.race([fired, ...patience])
    callback(id)
  }
  const take = (item: unknown) => {
    if (Object.prototype.toString.call(item) === '[object Arguments]') {
      const [command, mode, params] = Array.from(item as ArrayLike<unknown>)
      if (command === 'consent') consent.take(mode as 'default', (params ?? {}) as Item)
      return
    }
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return
    const { eventCallback, eventTimeout, ...values } = item as Item
    ;(item as Record<string, unknown>)['gtm.uniqueEventId'] ??= layer.length
    merge(model, values)
    const { event } = values
    if (typeof event !== 'string') return
    // Consent comes before the first tags, and they before all others.
    if (event === 'gtm.js') for (const first of FIRST) void fireOn(first, undefined, 0)
    void fireOn(event, eventCallback as Callback | undefined, Number(eventTimeout))
  }

  const history = [...layer]
  const push = layer.push
  layer.push = (...items: unknown[]) => {
    const length = push.apply(layer, items)
    if (layer.length > MAX_ITEMS) layer.splice(0, layer.length - MAX_ITEMS)
    items.forEach(take)
    return length
  }
  history.forEach(take)
  const tellReady = () => layer.push({ event: 'gtm.dom' })
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', tellReady)
  else tellReady()
  const tellLoaded = () => layer.push({ event: 'gtm.load' })
  if (document.readyState === 'complete') tellLoaded()
  else addEventListener('load', tellLoaded)
}
