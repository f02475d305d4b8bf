/* eslint-disable no-var, eqeqeq -- nineteen bytes less in every page; no closure here outlives its variable, no type is mixed */
import { DEFAULT_DEADLINE_MS, SlotState } from '@unblink/protocol'
import type { Boot, BootSlotRecord, Content, Decision, Memory, ProfileReply, RevealCause } from '@unblink/protocol'

/** A slot's record in one view, with what only the snippet needs; `_` names are shortened in the build. */
interface Slot extends BootSlotRecord<Element, ChildNode> {
  selector: string
  deadlineMs: number
  /** Ends what hides this slot. The engine does so by itself at the deadline, even if no script ever runs again. */
  _unhide?: () => void
  /** How many nodes the variant has, while the parser may still append default children after them. */
  _kept?: number
  /** The element of the view before: it can be seen, so it is not this view's to hide. */
  _old?: Element | undefined
}

/** The engine lifts the hide this long after our timer should have: room for a swap made just before it to be painted. */
const ENGINE_MARGIN_MS = 80
/** When a reply is of no use to this view any more, not even to a late policy. */
const GIVE_UP_MS = 5_000

/**
 * Hides the declared slots, asks for the visitor's decisions at once, and swaps or reverts each slot by its deadline.
 * Needs no other script to finish, writes nothing on the page's own nodes but the swapped content, never throws.
 * @param unblink The configuration as `renderSnippet` wrote it (`BootConfig`); it becomes `window.unblink`.
 */
export function boot(unblink: { -readonly [K in keyof Boot]: Boot<Element, ChildNode>[K] }): void {
  var d = document
  // The first snippet of a page wins; a second one, of whatever version, does nothing.
  if (self.unblink) return

  // What follows stands in the order that packs best.
  var request: XMLHttpRequest | undefined
  /** What the sheet holds: one rule per hidden slot. */
  var rules = ''
  /** Falsy, so that it can be asked for its members, while nothing is remembered. */
  var memory = '' as unknown as Memory
  var now = () => performance.now()
  var sheet: CSSStyleSheet
  /** When the deadlines count from: the start of the view, or the activation of a prerendered page, Infinity before that. */
  var start: number
  /** This view's records. */
  var slots: Record<string, Slot> = {}
  var observer: MutationObserver | undefined

  /** Starts the deadlines: at once, or when a prerendered page is shown. */
  var arm = () => {
    start = now()
    for (var name in slots) setTimeout(scan, slots[name]!.deadlineMs, true)
    scan(true)
  }

  /** Runs after every batch of the parser that concerns a slot, before anything of it is painted. */
  var scan = (isAfterStart: unknown) => {
    // There is none in an old engine, where an answer may come with the page all the same.
    if (observer) observer.disconnect()
    for (var name in slots) {
      var slot = slots[name]!
      var decision = slot.decision
      try {
        var all = d.querySelectorAll<HTMLElement>(slot.selector)
        // The first that is not the old one, without iterating: that alone takes 0.2 ms the first time.
        var element = all[+(all[0] == slot._old)]!
        // The page has put another one in the place of what we hid.
        if (slot.element != element && slot.state == SlotState.hidden) {
          slot._unhide!()
          slot.state = SlotState.declared
        }
        slot.element = element
        if (slot.state < SlotState.applied) {
          // What is in the page before us may have been seen: hiding it would be the blink. The 2 ms are for a clock of whole
          // milliseconds (Firefox), which may not have reached the deadline when the timer has.
          if (now() - start > slot.deadlineMs - 2 || (element && !isAfterStart)) reveal(slot, 'timeout')
          else if (decision && !decision.content) reveal(slot)
          else if (element && !slot.baseline) {
            if (decision && !slot.defer) swap(slot, element, decision.content!)
            // A prerendered page is hidden when it is shown.
            if (!slot.state && !slot.baseline && start < Infinity) hide(slot, element)
          }
        }
        if (slot._kept) {
          for (var child; (child = element.childNodes[slot._kept]); child.remove()) slot.baseline!.push(child)
          // The parser has left an element when it has a next sibling.
          if (element.nextSibling || d.readyState[7]) slot._kept = 0
        }
      } catch (_) {
        // A selector or content that makes no sense costs its own slot the variant, nothing else.
        reveal(slot, 'error')
      }
      // What is missing can come anywhere. Of what is there, only its children and those of its ancestors matter (it is replaced,
      // itself or with what is around it): every node that is heard of costs a record. `readyState` is one of loading, interactive
      // and complete: only the first has no eighth letter.
      if (slot.state < SlotState.applied || !d.readyState[7])
        for (var node: Node | null = slot.element || d; node; node = node.parentElement)
          observer!.observe(node, { childList: true, subtree: !slot.element })
    }
  }

  /**
   * Hides by animations that hold one value, on the document's clock, so the engine itself ends them. Where `interactivity`
   * exists, opacity (which the compositor can end while the main thread is stuck) and inertness: two animations, because
   * opacity must be alone to stay on the compositor; the end of the second repaints, which lets LCP count. Elsewhere
   * visibility, and clip-path against children that set their own visibility: nothing to click, focus or read aloud.
   */
  var hide = (slot: Slot, element: HTMLElement) => {
    var canBeInert = element.style.interactivity == ''
    var still = canBeInert
      ? { interactivity: 'inert', clipPath: 'inset(0)' }
      : { visibility: 'hidden', clipPath: 'inset(50%)' }
    slot.hiddenAt = now()
    slot.state = SlotState.hidden
    // The page's own animation or transition of the slot would keep ours from the compositor.
    var rule = slot.selector + '{animation:none!important;transition:none!important}'
    sheet.replaceSync((rules += rule))
    var animations = [[still, still], canBeInert ? [{ opacity: 0, easing: 'step-end' }, {}] : null].map((frames) =>
      Object.assign(
        element.animate(frames as Keyframe[], {
          duration: slot.deadlineMs + ENGINE_MARGIN_MS,
          // Without it, a start time that lies after the first frame's would show the default for one frame.
          fill: 'backwards',
        }),
        { startTime: start },
      ),
    )
    slot._unhide = () => {
      sheet.replaceSync((rules = rules.replace(rule, '')))
      animations.map((animation) => animation.cancel())
    }
  }

  /** Puts the content into the slot, unless that is the runtime's to do and the runtime is not there yet. */
  var swap = (slot: Slot, element: HTMLElement, content: Content) => {
    var baseline = [...element.childNodes]
    var [[kind, value], isMore] = Object.entries(content) as unknown as [[string, string], unknown]
    // `html`, `template` or `text` alone is placed here; all that sorts before them needs the runtime, as does what
    // an unfiltered `setHTML` lets through. It sanitises, so Trusted Types allow it. A value that is no string throws.
    if (isMore || kind < (element.setHTML ? 'h' : 'i') || /<(m|base)|name=/.test(value.toLowerCase())) {
      if (!unblink.place) return
      unblink.place(element, content)
    } else if (kind < 'i') element.setHTML!(value, { sanitizer: {} })
    else
      element.replaceChildren(
        kind[4] ? (d.getElementById(value) as HTMLTemplateElement).content.cloneNode(true) : value,
      )
    slot.baseline = baseline
    slot._kept = element.childNodes.length
    // An image that is not decoded would be a blank box in the first frame; the deadline ends the wait. Without images
    // this is a microtask away, so before any frame.
    void Promise.allSettled([...element.querySelectorAll('img')].map((image) => image.decode())).then(() =>
      reveal(slot),
    )
  }

  var reveal = (slot: Slot, cause?: RevealCause) => {
    if (slot.state > SlotState.hidden) return
    // A variant that is in place but whose images are not ready is still the variant.
    slot.state = slot.baseline ? SlotState.applied : SlotState.baseline
    slot.cause = cause
    slot.shownAt = now()
    if (slot._unhide) slot._unhide()
    unblink.onChange(slot)
  }

  var decide = (decisions: readonly Decision[]) => {
    for (var name in slots) {
      var slot = slots[name]!
      slot.decision = slot.decision || decisions.find((decision) => decision.slot == name)
    }
    scan(true)
  }

  /** Takes the reply; one that is none, or is out of date, shows every undecided slot as it is. */
  var answer = (reply: unknown) => {
    try {
      decide(
        (Date.now() < ((unblink.reply = reply) as ProfileReply).expiresAt &&
          (reply as ProfileReply).decisions) as Decision[],
      )
    } catch (_) {
      start = -Infinity
      scan(true)
    }
    unblink.onChange()
  }

  var open = (isRoute?: true) => {
    var old = slots
    // What belongs to an older view is nobody's any more, so its request is aborted when the new records are there.
    var view = (unblink.slots = slots = (JSON.parse(unblink.source) as { slots: typeof slots }).slots)
    if (request) request.abort()
    if (unblink.ask != '') {
      // XMLHttpRequest, because its end is one task where fetch and its body take several turns behind a busy parser.
      request = new XMLHttpRequest()
      request.open(...((unblink.ask || ['POST', unblink.base + '/v1/p']) as [string, string]))
      request.responseType = 'json'
      request.withCredentials = true
      request.timeout = GIVE_UP_MS
      // 32 KiB are the most that a reply may have. Chromium does not tell that a request has ended which is aborted in its very
      // last progress event, so we do.
      request.onprogress = (event) => event.loaded >> 15 && (request!.onloadend!(request!.abort() as never) as unknown)
      request.onloadend = () => view == slots && answer(request!.status < 300 && request!.response)
      request.send(unblink.source)
    }
    try {
      // After the request has left, because the first touch of storage takes milliseconds; the runtime's cookie tells
      // whether there is anything to find.
      memory = (unblink.consent == 'granted' &&
        /unblink/.test(d.cookie) &&
        JSON.parse(localStorage.unblink as string)) as Memory
      if (Date.now() < memory.expiresAt!) memory.images!.map((src) => (new Image().src = src))
    } catch (_) {
      // Spoilt, or storage refused: a first visit.
    }
    for (var name in slots) {
      var slot = slots[name]!
      slot.deadlineMs = slot.deadlineMs || memory.deadlineMs || DEFAULT_DEADLINE_MS
      slot.selector = slot.selector || `[data-unblink="${name}"]`
      slot.state = SlotState.declared
      slot._old = (old[name] || ('' as unknown as Slot)).element
    }
    start = Infinity
    scan(isRoute)
    if (Date.now() < memory.expiresAt!) decide(memory.decisions!)
    if (!d.prerendering) arm()
  }

  unblink.source = JSON.stringify(unblink)
  unblink.onChange = () => {}
  unblink.queue = []
  self.unblink = unblink
  unblink.answer = answer
  unblink.push = (...command) => unblink.queue.push(command)
  unblink.open = open
  unblink.decide = decide
  try {
    d.adoptedStyleSheets.push((sheet = new CSSStyleSheet()))
    observer = new MutationObserver(scan)
    open()
    addEventListener('DOMContentLoaded', scan)
    // For the runtime: what is clicked before it has come.
    addEventListener('click', unblink.push, true)
    addEventListener('prerenderingchange', arm, true)
  } catch (_) {
    // An engine without one of the parts: nothing has been hidden, the page is as if we were not there.
  }
}
