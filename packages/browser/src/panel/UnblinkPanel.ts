import type { Boot, ConsentState, Manifest } from '@unblink/protocol'
import type { SlotExplanation } from '../device/explainSlots.ts'
import { describeSlot } from './describeSlot.ts'
import { make } from './make.ts'
import type { PanelMessages } from './messages.ts'
import { readMessages } from './readMessages.ts'
import { STYLE } from './style.ts'

/** What the visitor has chosen; bubbles from the element, so that the site can keep it and ask no more. */
export interface PanelChoice {
  readonly personalization: ConsentState
}

type PageBoot = Boot<Element, ChildNode>

const getBoot = () => window.unblink as PageBoot | undefined

/** Reasons of what the slots of this view show. Whatever cannot be had is left out: then the reason is a general one. */
async function askWhy(boot: PageBoot) {
  const [told, manifest] = await Promise.all([
    Promise.resolve(boot.push('explain')).catch(() => undefined) as Promise<readonly SlotExplanation[] | undefined>,
    fetch(`${boot.base}/v1/m?key=${encodeURIComponent(boot.key)}`)
      .then((response) => response.json() as Promise<Manifest>)
      .catch(() => undefined),
  ])
  return { told: told?.find ? told : [], manifest: manifest?.experiences ? manifest : undefined }
}

/** What a visitor would call the slot. */
const nameSlot = (name: string, element: Element | undefined, { slots }: PanelMessages): string =>
  (Object.prototype.hasOwnProperty.call(slots, name) && slots[name]) ||
  element?.getAttribute('aria-label') ||
  element?.querySelector('h1, h2, h3, h4')?.textContent?.trim() ||
  name

/**
 * `<unblink-panel>`: tells visitors what is personalised for them and why, and lets them switch it off and on. What stands in
 * the element opens it when it is clicked; without that, a button does. Emits `unblink-consent` (`PanelChoice`) after a choice.
 *
 * Attributes: `theme` (`light` or `dark`; the visitor's own without it), `messages` and `text-…` (see `readMessages`). Slots:
 * the default one, and `gain`, in whose place the site can say what personalising gives its visitors.
 */
export class UnblinkPanel extends HTMLElement {
  _dialog: HTMLDialogElement | undefined

  connectedCallback(): void {
    if (this.shadowRoot) return
    const root = this.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLE)
    root.adoptedStyleSheets = [sheet]
    const opener = make('slot', {}, make('button', { type: 'button' }, readMessages(this).open))
    opener.addEventListener('click', () => this.show())
    root.append(opener)
  }

  /** Opens it. Does nothing where there is no snippet in the page, or where it is open. */
  show(): void {
    const boot = getBoot()
    if (!boot || !this.shadowRoot || this._dialog) return
    const messages = readMessages(this)
    const dialog = (this._dialog = make('dialog', { 'aria-labelledby': 'title' }))
    // Built anew each time, for what it tells changes.
    dialog.addEventListener('close', () => {
      dialog.remove()
      this._dialog = undefined
    })
    const close = make('button', { type: 'button' }, messages.close)
    close.addEventListener('click', () => dialog.close())
    dialog.append(
      make('h2', { id: 'title' }, messages.title),
      ...this._makeSwitch(boot, messages),
      ...this._makeReasons(boot, messages),
      make('p', { class: 'end' }, close),
    )
    this.shadowRoot.append(dialog)
    dialog.showModal()
  }

  /** Closes it; the focus goes back to where it was. */
  close(): void {
    this._dialog?.close()
  }

  _makeSwitch(boot: PageBoot, messages: PanelMessages): Node[] {
    const isGpc = navigator.globalPrivacyControl === true
    const toggle = make('button', {
      type: 'button',
      role: 'switch',
      'aria-labelledby': 'label',
      'aria-describedby': 'state',
    })
    const state = make('p', { id: 'state' })
    const said = make('p', { role: 'status' })
    const draw = () => {
      const { consent } = boot
      toggle.setAttribute('aria-checked', String(!isGpc && consent === 'granted'))
      state.textContent = isGpc
        ? messages.gpc
        : messages[consent === 'granted' ? 'on' : consent === 'denied' ? 'off' : 'pending']
    }
    if (isGpc) toggle.setAttribute('aria-disabled', 'true')
    toggle.addEventListener('click', () => {
      if (isGpc) return
      const personalization = boot.consent === 'granted' ? 'denied' : 'granted'
      boot.push('consent', { personalization })
      draw()
      said.textContent = personalization === 'granted' ? messages.switchedOn : messages.switchedOff
      const detail: PanelChoice = { personalization }
      this.dispatchEvent(new CustomEvent('unblink-consent', { bubbles: true, composed: true, detail }))
    })
    draw()
    return [
      make('div', { class: 'row' }, make('span', { id: 'label' }, messages.label), toggle),
      state,
      said,
      make('h3', {}, messages.gainTitle),
      make('slot', { name: 'gain' }, make('p', {}, messages.gain)),
    ]
  }

  _makeReasons(boot: PageBoot, messages: PanelMessages): Node[] {
    const place = make('div', { 'aria-live': 'polite' }, make('p', {}, messages.wait))
    void askWhy(boot).then(({ told, manifest }) => {
      const found = Object.entries(boot.slots).filter(([, { element }]) => element?.isConnected)
      const rows = found.flatMap(([name, { element, decision }]) => {
        const by = told.find(({ slot }) => slot === name)?.by
        const why = describeSlot({ decision, by, manifest }, messages)
        return [make('dt', {}, nameSlot(name, element, messages)), make('dd', {}, why)]
      })
      place.replaceChildren(rows.length ? make('dl', {}, ...rows) : make('p', {}, messages.nothing))
    })
    return [make('h3', {}, messages.whyTitle), place]
  }
}
