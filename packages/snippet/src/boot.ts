import { DEFAULT_DEADLINE_MS, SlotState } from '@unblink/protocol'
import type { Boot, BootConfig, BootSlotRecord, Decision, RevealCause } from '@unblink/protocol'

/** A slot's record with what only the snippet needs; `_` names are shortened in the build. */
interface Slot extends BootSlotRecord<Element, ChildNode> {
  _sheet: CSSStyleSheet
  /** What hides this slot. Each animation ends by itself at the deadline, even if no script ever runs again. */
  _animations: Animation[]
  /** How many nodes the variant has, while the parser may still append default children after them. */
  _kept?: number
}

/** The engine lifts the hide this long after our timer should have: room for a swap made just before it to be painted. */
const ENGINE_MARGIN_MS = 80
/** When a reply is of no use to this view any more, not even to a late policy. */
const GIVE_UP_MS = 5_000
const MAX_REPLY_CHARACTERS = 32_768

/**
 * Hides the declared slots, asks for the visitor's decisions at once, and swaps or reverts each slot by its deadline.
 * Needs no other script to finish, writes nothing on the page's own nodes but the swapped content, never throws.
 */
export function boot(config: BootConfig): void {
  const w = window
  const d = document
  // The first snippet of a page wins; a second one, of whatever version, does nothing.
  if (w.unblink) return

  const slots = config.slots as Record<string, Slot>
  const now = () => performance.now()
  const isParsed = () => d.readyState !== 'loading'
  /** When the deadlines count from: now, or the activation of a prerendered page. */
  let start = now()

  /**
   * Hides by animations that hold one value, on the document's clock, so the engine itself ends them. Where `interactivity`
   * exists, opacity (which the compositor can end while the main thread is stuck) and inertness: two animations, because
   * opacity must be alone to stay on the compositor; the end of the second repaints, which lets LCP count. Elsewhere
   * visibility, and clip-path against children that set their own visibility: nothing to click, focus or read aloud.
   */
  const hide = (slot: Slot, element: Element) => {
    const keyframes: (Keyframe[] | PropertyIndexedKeyframes)[] = CSS.supports('interactivity', 'inert')
      ? [
          [{ opacity: 0, easing: 'step-end' }, {}],
          { interactivity: ['inert', 'inert'], printColorAdjust: ['exact', 'exact'] },
        ]
      : [{ visibility: ['hidden', 'hidden'], clipPath: ['inset(50%)', 'inset(50%)'] }]
    slot._animations = keyframes.map((frames) => {
      // Without the backwards fill, a start time that lies after the first frame's would show the default for one frame.
      const animation = element.animate(frames, { duration: slot.deadlineMs + ENGINE_MARGIN_MS, fill: 'backwards' })
      if (d.prerendering) animation.pause()
      else animation.startTime = start
      return animation
    })
  }

  const reveal = (name: string, cause: RevealCause) => {
    const slot = slots[name]
    if (!slot || !(slot.state < SlotState.applied)) return
    slot.state = cause === 'applied' ? SlotState.applied : SlotState.baseline
    slot.cause = cause
    slot.revealedAt = now()
    slot._sheet.disabled = true
    slot._animations.forEach((animation) => animation.cancel())
    if (unblink.onChange) unblink.onChange(name)
  }
  const revealAll = (cause: RevealCause) => {
    for (const name in slots) reveal(name, cause)
  }

  /** The parser has left an element when it, or an ancestor, has a next sibling. */
  const isClosed = (node: Node | null) => {
    for (; node; node = node.parentNode) if (node.nextSibling) return true
    return isParsed()
  }

  const settle = (name: string, slot: Slot) => {
    const { element, decision } = slot
    if (!decision || slot.state > SlotState.hidden) return
    if (now() - start > slot.deadlineMs) return reveal(name, 'timeout')
    const { content } = decision
    if (!content) return reveal(name, 'baseline')
    if (!element) return
    slot.removed = [...element.childNodes]
    // Simple contents are placed here, the others need the runtime. `setHTML` sanitises, so Trusted Types allow it.
    const { text, html, template } = content
    const source = (template ? d.getElementById(template) : d.createElement('template')) as HTMLTemplateElement
    const isHtml = html && source.setHTML
    if (isHtml) source.setHTML!(html, { sanitizer: {} })
    const nodes = Object.keys(content)[1] ? '' : isHtml || template ? d.importNode(source.content, true) : text
    if (nodes) element.replaceChildren(nodes)
    else if (!unblink.place) return
    else if (!unblink.place(element, content)) return reveal(name, 'error')
    if (!isClosed(element)) slot._kept = element.childNodes.length
    reveal(name, 'applied')
  }

  /** Runs after every batch of the parser, before anything of it is painted. */
  const scan = (isAfterStart?: unknown) => {
    let isDone = isParsed()
    for (const name in slots) {
      const slot = slots[name]!
      try {
        const kept = slot._kept
        const element = slot.element || d.querySelector(slot.selector)
        if (element && !slot.element) {
          slot.element = element
          slot.hiddenAt = now()
          // Painted before us: hiding now what can be seen would be the blink.
          if (!isAfterStart && performance.getEntriesByType('paint')[0]) reveal(name, 'timeout')
          if (!slot.state) {
            slot.state = SlotState.hidden
            if (!slot.decision) hide(slot, element)
          }
        }
        if (kept) {
          for (let node; (node = element!.childNodes[kept]); node.remove()) slot.removed!.push(node)
          if (isClosed(element!)) slot._kept = 0
        }
        settle(name, slot)
      } catch (_) {
        // A selector or content that makes no sense costs its own slot the variant, nothing else.
        reveal(name, 'error')
      }
      if (slot.state < SlotState.applied || slot._kept) isDone = false
    }
    if (isDone) observer.disconnect()
  }

  const decide = (decisions: readonly Decision[]) => {
    decisions.forEach((decision) => {
      const slot = slots[decision.slot]
      if (slot && !slot.decision) slot.decision = decision
    })
    scan(true)
  }

  /** Starts the deadlines: at once, or when a prerendered page is shown. */
  const arm = () => {
    start = now()
    for (const name in slots) {
      slots[name]!._animations.forEach((animation) => animation.play())
      setTimeout(reveal, slots[name]!.deadlineMs, name, 'timeout')
    }
  }

  const unblink = Object.assign(config, {
    v: 1,
    url: location.pathname,
    referrer: d.referrer,
    queue: [],
    push: (...command: unknown[]) => unblink.queue.push(command),
    decide,
    reveal,
  }) as unknown as Boot<Element, ChildNode>
  const observer = new MutationObserver(scan)
  w.unblink = unblink
  try {
    // XMLHttpRequest, because its end is one task where fetch and its body take several turns behind a busy parser.
    const request = new XMLHttpRequest()
    request.open('POST', config.base + '/v1/p')
    request.withCredentials = true
    request.timeout = GIVE_UP_MS
    request.onloadend = () => {
      unblink.repliedAt = now()
      try {
        const text = request.responseText
        const reply = request.status === 200 && !text[MAX_REPLY_CHARACTERS] && JSON.parse(text)
        decide(reply.decisions)
        unblink.reply = reply
      } catch (_) {
        revealAll('error')
      }
      if (unblink.onReply) unblink.onReply()
    }
    request.send(JSON.stringify(unblink))
    unblink.sentAt = now()
    for (const name in slots) {
      const slot = slots[name]!
      slot.state = SlotState.declared
      slot.selector = slot.selector || `[data-unblink="${name}"]`
      slot.deadlineMs = slot.deadlineMs || DEFAULT_DEADLINE_MS
      slot._animations = []
      // While hidden: the page's own animation would keep ours from the compositor, and print must show whatever there is.
      // The `:not()` only adds specificity, so that no rule of the page wins.
      const rule = `:is(${slot.selector}):not(#_#_#_)`
      slot._sheet = new CSSStyleSheet()
      slot._sheet.replaceSync(
        `${rule}{animation:none!important;transition:none!important}@media print{${rule}{opacity:1!important;visibility:visible!important;clip-path:none!important}}`,
      )
      d.adoptedStyleSheets.push(slot._sheet)
    }
    observer.observe(d, { childList: true, subtree: true })
    scan()
    d.addEventListener('DOMContentLoaded', scan)
    if (d.prerendering) d.addEventListener('prerenderingchange', arm, { once: true })
    else arm()
  } catch (_) {
    // An engine without one of the parts: nothing stays hidden, the page is as if we were not there.
    revealAll('error')
  }
}
