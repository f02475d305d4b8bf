import { DEFAULT_DEADLINE_MS, SlotState } from '@unblink/protocol'
import type { Boot, BootConfig, BootSlotRecord, Decision, Memory, ProfileReply, RevealCause } from '@unblink/protocol'

/** A slot's record in one view, with what only the snippet needs; `_` names are shortened in the build. */
interface Slot extends BootSlotRecord<Element, ChildNode> {
  selector: string
  deadlineMs: number
  /** Suspends the page's own animation of the slot while it is hidden. */
  _sheet?: CSSStyleSheet
  /** What hides this slot. Each animation ends by itself at the deadline, even if no script ever runs again. */
  _animations: Animation[]
  /** How many nodes the variant has, while the parser may still append default children after them. */
  _kept?: number
  /** The element of the view before: it can be seen, so it is not this view's to hide. */
  _old?: Element | undefined
}

/** The engine lifts the hide this long after our timer should have: room for a swap made just before it to be painted. */
const ENGINE_MARGIN_MS = 80
/** When a reply is of no use to this view any more, not even to a late policy. */
const GIVE_UP_MS = 5_000
const MAX_REPLY_BYTES = 32_768

/**
 * Hides the declared slots, asks for the visitor's decisions at once, and swaps or reverts each slot by its deadline.
 * Needs no other script to finish, writes nothing on the page's own nodes but the swapped content, never throws.
 */
export function boot(config: BootConfig): void {
  const d = document
  // The first snippet of a page wins; a second one, of whatever version, does nothing.
  if (window.unblink) return

  /** The configuration as it was given: every view starts from a copy. */
  const source = JSON.stringify(config)
  const now = () => performance.now()
  /** `readyState` is one of loading, interactive and complete: only the first has no eighth letter. */
  const isParsed = () => d.readyState[7]
  /** This view's records. */
  let slots: Record<string, Slot> = {}
  /** When the deadlines count from: the start of the view, or the activation of a prerendered page, Infinity before that. */
  let start: number
  let request: XMLHttpRequest | undefined
  let memory: Memory = {}

  /**
   * Hides by animations that hold one value, on the document's clock, so the engine itself ends them. Where `interactivity`
   * exists, opacity (which the compositor can end while the main thread is stuck) and inertness: two animations, because
   * opacity must be alone to stay on the compositor; the end of the second repaints, which lets LCP count. Elsewhere
   * visibility, and clip-path against children that set their own visibility: nothing to click, focus or read aloud.
   */
  const hide = (slot: Slot) => {
    const keyframes: (Keyframe[] | PropertyIndexedKeyframes)[] = CSS.supports('interactivity', 'inert')
      ? [
          [{ opacity: 0, easing: 'step-end' }, {}],
          { interactivity: ['inert', 'inert'], clipPath: ['inset(0)', 'inset(0)'] },
        ]
      : [{ visibility: ['hidden', 'hidden'], clipPath: ['inset(50%)', 'inset(50%)'] }]
    slot.state = SlotState.hidden
    slot.hiddenAt = now()
    // The page's own animation or transition of the slot would keep ours from the compositor.
    const sheet = (slot._sheet = new CSSStyleSheet())
    sheet.replaceSync(slot.selector + '{animation:none!important;transition:none!important}')
    d.adoptedStyleSheets.push(sheet)
    slot._animations = keyframes.map((frames) => {
      // Without the backwards fill, a start time that lies after the first frame's would show the default for one frame.
      const animation = slot.element!.animate(frames, {
        duration: slot.deadlineMs + ENGINE_MARGIN_MS,
        fill: 'backwards',
      })
      animation.startTime = start
      return animation
    })
  }

  const reveal = (slot: Slot, cause?: RevealCause) => {
    if (slot.state > SlotState.hidden) return
    // A variant that is in place but whose images are not ready is still the variant.
    slot.state = slot.baseline ? SlotState.applied : SlotState.baseline
    slot.cause = cause
    slot.shownAt = now()
    slot._animations.forEach((animation) => animation.cancel())
    d.adoptedStyleSheets = d.adoptedStyleSheets.filter((sheet) => sheet !== slot._sheet)
    if (unblink.onChange) unblink.onChange(slot)
  }
  const settle = (slot: Slot) => {
    const element = slot.element
    const decision = slot.decision
    if (slot.state > SlotState.hidden) return
    if (now() - start >= slot.deadlineMs) return reveal(slot, 'timeout')
    if (!decision || slot.baseline) return
    const content = decision.content
    if (!content) return reveal(slot)
    if (!element) return
    const baseline = [...element.childNodes]
    // Simple contents are placed here, the others need the runtime. `setHTML` sanitises, so Trusted Types allow it.
    if (Object.keys(content)[1] || (content.html && !element.setHTML)) {
      if (!unblink.place) return
      if (!unblink.place(element, content)) return reveal(slot, 'error')
    } else if (content.html) element.setHTML!(content.html, { sanitizer: {} })
    else
      element.replaceChildren(
        content.text || (d.getElementById(content.template!) as HTMLTemplateElement).content.cloneNode(true),
      )
    slot.baseline = baseline
    slot._kept = element.childNodes.length
    // An image that is not decoded would be a blank box in the first frame; the deadline ends the wait. Without images
    // this is a microtask away, so before any frame.
    const show = () => reveal(slot)
    Promise.all([...element.querySelectorAll('img')].map((image) => image.decode())).then(show, show)
  }

  /** Runs after every batch of the parser, before anything of it is painted. */
  const scan = (isAfterStart: unknown) => {
    let isDone: unknown = isParsed()
    for (const name in slots) {
      const slot = slots[name]!
      const kept = slot._kept
      try {
        const element = (slot.element =
          slot.element || [...d.querySelectorAll(slot.selector)].find((one) => one !== slot._old))
        if (kept) {
          for (let node; (node = element!.childNodes[kept]); node.remove()) slot.baseline!.push(node)
          // The parser has left an element when it has a next sibling.
          if (element!.nextSibling || isParsed()) slot._kept = 0
        }
        settle(slot)
        // A prerendered page is hidden as it is.
        if (element && !slot.state && !slot.baseline && !d.prerendering) {
          // In the page before us, or paused because replies kept failing: hiding what can be seen would be the blink.
          if (!isAfterStart || Date.now() < memory.pause!) reveal(slot, 'timeout')
          else hide(slot)
        }
      } catch (_) {
        // A selector or content that makes no sense costs its own slot the variant, nothing else.
        reveal(slot, 'error')
      }
      if (slot.state < SlotState.applied || slot._kept) isDone = false
    }
    if (isDone) observer.disconnect()
  }

  const decide = (decisions: readonly Decision[]) => {
    decisions.forEach((decision) => {
      const slot = slots[decision.slot]
      // A name like __proto__ finds something that is no record, and has no selector.
      if (slot && slot.selector && !slot.decision) slot.decision = decision
    })
    scan(true)
  }

  /** Shows every undecided slot as it is. */
  const giveUp = () => {
    start = -Infinity
    scan(true)
  }

  const answer = (reply: unknown) => {
    unblink.reply = reply
    try {
      decide((reply as ProfileReply).decisions!)
    } catch (_) {
      giveUp()
    }
    if (unblink.onChange) unblink.onChange()
  }

  /** Starts the deadlines: at once, or when a prerendered page is shown. */
  const arm = () => {
    start = now()
    for (const name in slots) setTimeout(scan, slots[name]!.deadlineMs, true)
    scan(true)
  }

  const open = (isRoute?: true) => {
    const old = slots
    const view = Object.assign(JSON.parse(source) as { slots: typeof slots }, { v: 1, url: location.pathname })
    if (request) request.abort()
    if (config.ask !== '') {
      // XMLHttpRequest, because its end is one task where fetch and its body take several turns behind a busy parser.
      request = new XMLHttpRequest()
      request.open(config.ask ? 'GET' : 'POST', config.ask || config.base + '/v1/p')
      request.responseType = 'json'
      request.withCredentials = true
      request.timeout = GIVE_UP_MS
      request.onprogress = (event) => event.loaded > MAX_REPLY_BYTES && request!.abort()
      // What belongs to an older view is nobody's any more.
      request.onloadend = () => view.slots === slots && answer(request!.response)
      request.send(JSON.stringify(view))
    }
    try {
      // After the request has left, because the first touch of storage takes milliseconds.
      if (config.consent.personalization === 'granted') memory = JSON.parse(localStorage.unblink as string) as Memory
    } catch (_) {
      // Nothing kept, or storage refused: a first visit.
    }
    unblink.slots = slots = view.slots
    for (const name in slots) {
      const slot = slots[name]!
      slot.state = SlotState.declared
      slot.selector = slot.selector || `[data-unblink="${name}"]`
      slot.deadlineMs = slot.deadlineMs || memory.deadlineMs || DEFAULT_DEADLINE_MS
      slot._animations = []
      slot._old = old[name] && old[name].element
    }
    start = d.prerendering ? Infinity : now()
    observer.observe(d, { childList: true, subtree: true })
    scan(isRoute)
    if (Date.now() < memory.until!) decide(memory.decisions!)
    if (!d.prerendering) arm()
  }

  const unblink = Object.assign(config, {
    v: 1,
    queue: [],
    push(...command: unknown[]) {
      unblink.queue.push(command)
    },
    answer,
    decide,
    open,
  }) as unknown as { -readonly [K in keyof Boot]: Boot<Element, ChildNode>[K] }
  const observer = new MutationObserver(scan)
  window.unblink = unblink
  try {
    open()
    // Who prints now gets the page as it is.
    addEventListener('beforeprint', giveUp)
    d.addEventListener('DOMContentLoaded', scan)
    d.addEventListener('prerenderingchange', arm)
  } catch (_) {
    // An engine without one of the parts: nothing has been hidden, the page is as if we were not there.
  }
}
