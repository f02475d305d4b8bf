import type { RotationLabels } from '@unblink/protocol'

export interface Control {
  /** Where nothing may move by itself (`isStill`), there is nothing to pause: only the button for the next is offered. */
  draw(isPaused: boolean, isStill: boolean): void
  /** Whether an event of the slot came from the buttons. */
  isSource(event: Event): boolean
  remove(): void
}

/** Corners of the icons, for a box as high as it is wide. */
const PAUSE = '0 0,40% 0,40% 100%,60% 100%,60% 0,100% 0,100% 100%,0 100%'
const PLAY = '0 0,100% 50%,0 100%'
const NEXT = '0 0,70% 50%,70% 0,100% 0,100% 100%,70% 100%,70% 50%,0 100%'

/**
 * Both tones, so that the buttons stand out from any page by more than 3:1 (WCAG 1.4.11); well above the 24 px of 2.5.8. What
 * a page sets for `::part(rotation)` wins.
 */
const STYLE = `div{position:absolute;bottom:8px;inset-inline-end:8px;z-index:2;display:flex;gap:6px;forced-color-adjust:none}button{width:32px;height:32px;padding:8px;border:2px solid #fff;border-radius:50%;background:#222}button:focus-visible{outline:3px solid #222;box-shadow:0 0 0 5px #fff}button:before{content:"";display:block;height:100%;background:#fff;clip-path:polygon(var(--corners))}@media print{div{display:none}}`

/**
 * Puts two buttons into a corner of a slot: pause or play, and next. They stand in a shadow root of the slot, before its
 * content in the order of focus: out of reach of the page's styles and scripts, and of whoever replaces the slot's children.
 */
export function createControl(
  root: ShadowRoot,
  { pause = 'Pause rotation', play = 'Start rotation', next = 'Show next' }: RotationLabels,
  onToggle: () => void,
  onNext: () => void,
): Control {
  const box = document.createElement('div')
  const sheet = new CSSStyleSheet()
  const addButton = (onClick: () => void) => {
    const button = document.createElement('button')
    button.onclick = (event) => {
      // What the page does when its slot is clicked is not meant.
      event.stopPropagation()
      onClick()
    }
    box.append(button)
    return (label: string, corners: string) => {
      button.ariaLabel = label
      button.style.setProperty('--corners', corners)
      return button
    }
  }
  const drawToggle = addButton(onToggle)
  addButton(onNext)(next, NEXT)
  box.part.add('rotation')
  sheet.replaceSync(
    (getComputedStyle(root.host).position === 'static' ? ':host{position:relative!important}' : '') + STYLE,
  )
  root.adoptedStyleSheets = [sheet]
  root.prepend(box)

  return {
    draw(isPaused, isStill) {
      drawToggle(isPaused ? play : pause, isPaused ? PLAY : PAUSE).hidden = isStill
    },
    isSource: (event) => event.composedPath().includes(box),
    remove() {
      box.remove()
      root.adoptedStyleSheets = []
    },
  }
}
