import type { Boot, EventInput } from '@unblink/protocol'
import { createConsentMode } from './read/createConsentMode.ts'
import { followLayer } from './read/followLayer.ts'
import { readPush, type LayerPush } from './read/readPush.ts'
import { toCommands, type Command } from './read/toCommands.ts'
import { OWN_LAYER, type GtmSettings } from './settings.ts'
import { findMissed } from './tell/findMissed.ts'
import { toLayerItems } from './tell/toLayerItems.ts'

/** On the snippet's record: a second copy of this script, of whatever version, does nothing. */
const STARTED = Symbol.for('unblink.dataLayer')

type Connected = Boot<Element, ChildNode> & { [STARTED]?: true }

/** The page's own code, and its container's, may throw. */
function attempt(run: () => void): void {
  try {
    run()
  } catch (error) {
    console.error(error)
  }
}

/** The layers of these names, made where there is none yet, as the page and its container do. */
const getLayers = (names: readonly string[]): unknown[][] =>
  [...new Set(names)]
    .map((name) => ((window as unknown as Record<string, unknown[]>)[name] ??= []))
    .filter(Array.isArray)

/**
 * Connects the page's data layers with Unblink: what they say becomes commands, what Unblink tracks is pushed to the first of
 * them. Does nothing without the snippet, or beside another copy.
 * @returns Stops both and leaves nothing behind. To start again replays the history again.
 */
export function startDataLayer({
  layers: names = ['dataLayer'],
  consent,
  debug,
  tracked,
}: GtmSettings = {}): () => void {
  const boot = window.unblink as Connected | undefined
  if (!boot || boot[STARTED]) return () => {}
  boot[STARTED] = true
  const log = (...values: unknown[]) => debug && console.info('[unblink]', ...values)
  const layers = getLayers([...names, OWN_LAYER])

  // What the layers say.
  /** Items that we have pushed, and payloads that came from a layer: neither goes back to where it came from. */
  const known = new WeakSet<object>()
  const orders = new Set<unknown>()
  const give = (command: Command): unknown => {
    log('→', ...command)
    // Of a conversion, this object is what is tracked.
    known.add(Object(command[1]) as object)
    return boot.push(...command)
  }
  const mode = createConsentMode((changed) => give(['consent', changed]))
  const answer = ({ callback, timeoutMs }: LayerPush, results: readonly unknown[]) => {
    // A container calls back by itself, also one that comes only now.
    const call = () => window.google_tag_manager || attempt(callback!)
    setTimeout(call, timeoutMs)
    // One that is still on its way has left its mark in the layer. A number: the command waits for the runtime, and
    // nothing will tell when its event is durable.
    const isComing = layers.flat().some((item) => (item as { 'gtm.start'?: number } | null)?.['gtm.start'])
    if (!isComing && !results.some(Number)) void Promise.allSettled(results).then(call)
  }
  /** One order that is told twice, by gtag() and by the shop, say, is one. */
  const isRepeated = ({ ecommerce, transaction_id: own }: LayerPush['params']) => {
    const order = (ecommerce as { transaction_id?: unknown } | undefined)?.transaction_id ?? own
    return order && orders.size === orders.add(order).size
  }
  const read = (items: readonly unknown[]) => {
    const pushes: LayerPush[] = []
    for (const item of items)
      attempt(() => {
        const push = known.has(item as object) ? undefined : readPush(item)
        if (push?.type === 'event') pushes.push(push)
        if (push?.name === 'unblink.consent') mode.set(push.params)
        if (push?.type === 'consent' && consent !== 'own') mode.take(push.name, push.params)
      })
    // First, and of a history only how it ends: what was denied for a moment must not erase what is granted.
    attempt(mode.flush)
    for (const push of pushes)
      attempt(() => {
        const { name, params, callback } = push
        const commands = name === 'purchase' && isRepeated(params) ? [] : toCommands(name, params)
        const results = commands.map(give)
        if (results.length && callback) answer(push, results)
      })
  }

  // What Unblink says.
  /** By the slot's record, so by view: what the data layer knows of it. */
  const shown = new WeakMap<object, string>()
  const isNews = ({ t, p }: EventInput) => {
    const record = t === 'exposure' && boot.slots[p.slot]
    if (!record) return !known.has(p)
    const what = [p.outcome, p.experience, p.variant].join(' ')
    const isNew = shown.get(record) !== what
    shown.set(record, what)
    return isNew
  }
  const tell = (event: EventInput) => {
    for (const item of isNews(event) ? toLayerItems(event) : []) {
      log('←', item)
      known.add(item)
      attempt(() => layers[0]?.push(item))
    }
  }
  const before = boot.onTracked
  const onTracked = (event: EventInput) => {
    before?.(event)
    tell(event)
  }
  boot.onTracked = onTracked

  const undos = layers.map((layer) => followLayer(layer, read))
  ;(tracked ?? ('place' in boot ? findMissed(boot) : [])).forEach(tell)
  return () => {
    undos.forEach((undo) => undo())
    // Somebody may have chained to it since.
    if (boot.onTracked === onTracked) boot.onTracked = before as typeof onTracked
    delete boot[STARTED]
  }
}
