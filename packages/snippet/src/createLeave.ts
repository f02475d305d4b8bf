import { describeInteraction, MAX_EVENT_BYTES, scrubText, SlotState } from '@unblink/protocol'
import type {
  Boot,
  Conversion,
  CustomEvent,
  Decision,
  EventInput,
  Json,
  JsonObject,
  PathNode,
  ProfileReply,
} from '@unblink/protocol'

/** So many of the latest go in one beacon: with what describes them, far less than the 64 KiB that a browser takes. */
const MAX_TOLD = 100

/** A UUIDv7 in what every engine that runs the snippet can read: a literal like `2n` would keep all of it from running. */
function createId(): string {
  const random = [...crypto.getRandomValues(new Uint8Array(9))]
    .map((byte) => (byte + 256).toString(16).slice(1))
    .join('')
  const hex = `${Date.now().toString(16).padStart(12, '0')}7${random.slice(0, 3)}8${random.slice(3)}`
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** The path of an event that is over; asked of the prototype, because a form's fields stand in for its own members. */
function getPath(target: Node): Node[] {
  const above = Reflect.get(Node.prototype, 'parentNode', target) as Node | null
  return above ? [target, ...getPath(above)] : [target]
}

function toInteraction(event: Event, slots: Boot<Element>['slots']): EventInput | undefined {
  const path = getPath(event.target as Node)
  const described = describeInteraction(event.type as 'click' | 'submit', path as PathNode[], location.origin)
  if (!described) return undefined
  // The innermost, when slots are nested.
  for (const node of path.reverse())
    for (const slot in slots) {
      const { element, state, decision } = slots[slot]!
      if (element !== node) continue
      const { experience, variant } = (state === SlotState.applied && decision) || ({} as Partial<Decision>)
      Object.assign(described, { slot, experience, variant })
    }
  return { t: 'interaction', p: described }
}

const scrub = (value: Json) => (typeof value === 'string' ? scrubText(value) : value)

/** The event that a waiting command asks for; undefined for the commands that only the runtime can carry out. */
function toEvent([name, ...values]: readonly unknown[], slots: Boot<Element>['slots']): EventInput | undefined {
  if (name === 'conversion') return { t: 'conversion', p: values[0] as Conversion }
  if (name === 'event') {
    const [custom, given] = values as [string, JsonObject?]
    const props: Record<string, Json> | undefined = given && Object.assign({}, given)
    for (const key in props) props[key] = scrub(props[key]!)
    return { t: 'custom', p: { name: custom, props } as CustomEvent }
  }
  return isKept(name) ? toInteraction(name, slots) : undefined
}

/** The snippet keeps events of the page as commands. */
const isKept = (name: unknown): name is Event => name instanceof Event

const isToTell = ([name]: readonly unknown[]) => isKept(name) || name === 'conversion' || name === 'event'

/**
 * Makes what tells the collector of the commands that wait in the queue, as the runtime would have tracked them, by a beacon;
 * what has been told leaves the queue. Obeys consent, with what the page has pushed of it, and Global Privacy Control;
 * stores nothing; never throws.
 * @param url Of the page when it began.
 */
export function createLeave(boot: Boot<Element, ChildNode>, url: string): () => void {
  let view: string | undefined
  const path = new URL(url).pathname
  let number = 0
  /**
   * What a command became. Firefox breaks off a script, wherever it is, when its page is being left
   * (`dom.ipc.cancel_content_js_when_navigating`), so `leave` may begin again: then the events have the same ids, and the
   * collector takes each once.
   */
  const lines = new WeakMap<readonly unknown[], object | undefined>()

  const toLine = (command: readonly unknown[]): object | undefined => {
    try {
      const input = toEvent(command, boot.slots)
      const now = performance.now()
      const mt = isKept(command[0]) ? command[0].timeStamp : now
      const at = Math.round(Date.now() - now + mt)
      view = view || createId()
      const event = Object.assign({ i: createId(), pv: view, at, mt: Math.round(mt), lo: scrubText(path) }, input)
      // What cannot be read or is too long costs only itself.
      const json = JSON.stringify(event)
      return input && json.length < MAX_EVENT_BYTES
        ? Object.assign(JSON.parse(json) as object, { n: number++ })
        : undefined
    } catch (_) {
      return undefined
    }
  }

  return () => {
    try {
      const consent = { personalization: boot.consent, analytics: boot.analytics || boot.consent }
      for (const [name, next] of boot.queue) if (name === 'consent') Object.assign(consent, next)
      // A prerendered page counts for nothing until it is shown.
      if (consent.analytics !== 'granted' || navigator.globalPrivacyControl || document.prerendering) return
      const { visitor } = (boot.reply || {}) as Partial<ProfileReply>
      const isPersonal = consent.personalization === 'granted'
      // Whom the collector does not know it would make a visitor of, while the profile request may have made another.
      if (isPersonal && !visitor && !/unblink/.test(document.cookie)) consent.personalization = 'pending'
      const commands = boot.queue.filter(isToTell)
      for (const command of commands) if (!lines.has(command)) lines.set(command, toLine(command))
      const events = commands.slice(-MAX_TOLD).flatMap((command) => lines.get(command) || [])
      const body = {
        v: 1,
        key: boot.key,
        visitor: isPersonal ? visitor : undefined,
        session: view,
        sentAt: Date.now(),
        consent,
        events,
      }
      if (events[0] && !navigator.sendBeacon(boot.base + '/v1/e', JSON.stringify(body))) return
      boot.queue.splice(0, Infinity, ...boot.queue.filter((command) => !isToTell(command)))
    } catch (_) {
      // What cannot be told now waits for the runtime, should the page be restored.
    }
  }
}
