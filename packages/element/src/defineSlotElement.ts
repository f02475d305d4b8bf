import { SlotState, type BootSlotRecord, type LatePolicy } from '@unblink/protocol'

/** A slot's record in one view: what it shows (`state`), what was decided, and why it is not that (`cause`). */
export type ShownSlot = BootSlotRecord<Element, ChildNode>

declare global {
  interface HTMLElementEventMap {
    /** The slot has been shown, and again when what it shows has changed. */
    'unblink:shown': CustomEvent<ShownSlot>
  }
}

/** The engine lifts the hide this long after the deadline, as the snippet's does. */
const ENGINE_MARGIN_MS = 80

/**
 * Defines `<unblink-slot name="…">`. Where the snippet can see one (its selector finds it), the element only tells what
 * becomes of the slot. Anywhere else, inside shadow roots above all, it hides and swaps itself, by the snippet's deadline
 * and with the snippet's record, so that the runtime watches, reports and dismisses it as any other.
 *
 * Without a snippet, or for a slot that the site does not declare, the element shows its default. Does nothing when it is
 * called twice. To be called before the page has such elements: one that is there already may have been seen, so it is
 * not hidden.
 */
export function defineSlotElement(): void {
  if (customElements.get('unblink-slot')) return
  let isUpgrade = true
  customElements.define(
    'unblink-slot',
    class extends HTMLElement {
      connectedCallback() {
        // Before the snippet there may be what keeps commands for it.
        const boot = window.unblink!
        const slot = boot?.slots?.[this.getAttribute('name')!] as ShownSlot & { late?: LatePolicy }
        if (!slot) return
        const seen = document.querySelector(slot.selector!)
        // Somebody else's.
        if (seen ? seen !== this : slot.element?.isConnected) return

        /** A parser would append the default's children after the variant. */
        const isWhole = this.firstChild
        let isDone = seen ?? isUpgrade
        let animations: Animation[] = []
        const place = async () => {
          const content = slot.decision?.content
          if (isDone || !content || slot.defer || slot.dismissed || !boot.place) return
          // Once it is shown, only the variant that an element before us had.
          if (slot.state >= SlotState.applied && !slot.baseline) return
          if (!isWhole && !document.readyState[7]) return
          isDone = true
          try {
            const baseline = [...this.childNodes]
            boot.place(this, content)
            slot.baseline = baseline
            // One that is not decoded would be a blank box in the first frame; the deadline ends the wait.
            for (const image of this.querySelectorAll('img')) await image.decode().catch(() => {})
          } catch {
            slot.cause = 'error'
          }
          if (slot.state >= SlotState.applied) return
          slot.shownAt = performance.now()
          slot.state = slot.baseline ? SlotState.applied : SlotState.baseline
          boot.onChange(slot)
        }
        const tell = () => {
          if (slot.state < SlotState.applied) return
          this.setAttribute('state', slot.baseline ? 'variant' : 'baseline')
          animations.forEach((animation) => animation.cancel())
          this.dispatchEvent(new CustomEvent('unblink:shown', { detail: slot, bubbles: true, composed: true }))
        }
        for (const [key, then] of Object.entries({ state: tell, decision: place })) {
          // Assigned, so that there is one: then it stays enumerable and configurable.
          let value: unknown = (slot[key as 'state'] = slot[key as 'state'])
          Object.defineProperty(slot, key, {
            get: () => value,
            set(next) {
              value = next
              // After the snippet is through: it has shown what is too late, and set all that it sets.
              queueMicrotask(then)
            },
          })
        }

        const deadlineMs = +this.getAttribute('deadline')!
        if (deadlineMs) {
          slot.deadlineMs = deadlineMs
          setTimeout(boot.decide, deadlineMs, [])
        }
        slot.late = (this.getAttribute('late') as LatePolicy | null) ?? slot.late!
        if (!seen) {
          // The snippet, which is not strict, assigns what it does not find, and to no avail.
          Object.defineProperty(slot, 'element', { get: () => this })
          addEventListener('DOMContentLoaded', place)
          if (!isUpgrade && slot.state < SlotState.applied) {
            slot.hiddenAt = performance.now()
            // Out of sight, where the compositor can end it while the main thread is stuck; and out of reach. Both hold one
            // value and end by themselves.
            animations = [
              { opacity: [0, 1], easing: 'step-end' },
              'interactivity' in this.style
                ? { interactivity: ['inert', 'inert'] }
                : { visibility: ['hidden', 'hidden'] },
            ].map((frames) => this.animate(frames as PropertyIndexedKeyframes, slot.deadlineMs! + ENGINE_MARGIN_MS))
          }
        }
        tell()
        void place()
      }
    },
  )
  isUpgrade = false
}
