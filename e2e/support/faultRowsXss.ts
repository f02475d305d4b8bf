import { until, type Eye } from './faultEye.ts'
import { NONCE, script, type Scene } from './faultPage.ts'
import { send, toReply } from './faultProfile.ts'
import type { FaultSite } from './faultSite.ts'
import { expect, type FaultRow } from './faultTest.ts'
import { XSS_ATTRIBUTES, XSS_CLOBBERS, XSS_HTML, XSS_MARQUEE } from './faultXss.ts'

const MAX_REPLY = 30_000

/** Lists whose replies the SDK will not refuse for their size. */
function toReplies(contents: readonly object[]): string[] {
  const replies: string[] = []
  let decisions: object[] = []
  for (const content of contents) {
    const next = [...decisions, { slot: `x${decisions.length}`, reason: 'split', content }]
    if (toReply(next).length > MAX_REPLY) {
      replies.push(toReply(decisions))
      decisions = [{ slot: 'x0', reason: 'split', content }]
    } else decisions = next
  }
  return [...replies, toReply(decisions)]
}

const SENTINEL = script(
  'window.calls = 0; window.xss = () => { window.calls++ }; window.named = Object.keys(window).length',
)

/** Does what a visitor might with everything in the slots; only what would run script is let through. */
const PROVOKE = `(() => {
  addEventListener('click', (event) => { const link = event.target.closest && event.target.closest('a'); if (!link || !/^(java|vb)script:/.test(link.protocol)) event.preventDefault() }, true)
  addEventListener('submit', (event) => event.preventDefault(), true)
  for (const element of document.querySelectorAll('[data-unblink], [data-unblink] *')) {
    for (const type of ['mouseover', 'pointerenter', 'focus', 'toggle', 'animationstart', 'animationend', 'load', 'error', 'begin'])
      element.dispatchEvent(new Event(type))
    if (element.focus) element.focus()
    if (element.click) element.click()
  }
  window.isProvoked = true
})()`

/** Places the contents, one a slot, and returns how often their script ran and what is left of them. */
async function place(eye: Eye, faults: FaultSite, reply: string, tag: string, extra: Partial<Scene> = {}) {
  const count = (JSON.parse(reply) as { decisions: unknown[] }).decisions.length
  const names = Array.from({ length: count }, (_, index) => `x${index}`)
  const open = faults.open({
    before: SENTINEL,
    slots: Object.fromEntries(names.map((name) => [name, { deadlineMs: 3_000 }])),
    body: names.map((name) => `<${tag} data-unblink="${name}">base</${tag}>`),
    profile: send(reply),
    until:
      'performance.now() > witness.startedAt + 3200 || [...document.querySelectorAll("[data-unblink^=x]")].every(isVisible)',
    ...extra,
  })
  await eye.look(open.url, false)
  await until(eye, 'witness.isSettled')
  await eye.evaluate(PROVOKE)
  await until(eye, 'window.isProvoked')
  // What a payload loads runs a moment later.
  await eye.evaluate('setTimeout(() => { window.isOver = true }, 300), 0')
  await until(eye, 'window.isOver')
  return eye.evaluate<Placed>(`({ calls, errors: witness.errors, isHostWhole: window.unblink ? unblink.v === 1 && typeof document.getElementById === 'function'
      && document.body instanceof HTMLBodyElement && typeof location.href === 'string' : true,
    slots: [...document.querySelectorAll('[data-unblink^=x]')].map((slot) => ({ text: slot.textContent, href: slot.getAttribute('href'),
      attributes: slot.getAttributeNames(), isVisible: isVisible(slot) })),
    handlers: [...document.querySelectorAll('[data-unblink] *')].flatMap((element) => element.getAttributeNames()).filter((name) => /^on|srcdoc|formaction/i.test(name)),
    dangerous: [...document.querySelectorAll('[data-unblink] :is(script, iframe, object, embed, base, meta)')].map((element) => element.localName),
    links: [...document.querySelectorAll('[data-unblink] [href]')].map((link) => link.protocol || '').filter((scheme) => /script|data/.test(scheme)) })`)
}
interface Placed {
  readonly calls: number
  readonly errors: readonly string[]
  readonly isHostWhole: boolean
  readonly slots: readonly { text: string; href: string | null; attributes: string[]; isVisible: boolean }[]
  readonly handlers: readonly string[]
  readonly dangerous: readonly string[]
  readonly links: readonly string[]
}

const HARMLESS = { calls: 0, errors: [], isHostWhole: true, handlers: [], dangerous: [], links: [] }

const AS_HTML = {
  'no vector runs, and no handler, frame or script is left': XSS_HTML,
  'a marquee with a handler takes nothing down': XSS_MARQUEE,
  'names of the page’s own objects stay the page’s': XSS_CLOBBERS,
}

/** Row B8. */
export const ROWS_XSS: readonly FaultRow[] = [
  {
    title: 'B8 the vectors are many, and they do run where nobody sanitises',
    async run(eye, faults) {
      expect(XSS_HTML.length + XSS_ATTRIBUTES.length).toBeGreaterThan(500)
      const code = `addEventListener('DOMContentLoaded', () => { const list = ${JSON.stringify(XSS_HTML.filter((_, index) => index % 7 === 0)).replaceAll('<', '\\u003c')}
      document.querySelectorAll('[data-unblink^=x]').forEach((slot, index) => { slot.innerHTML = list[index] ?? '' }) })`
      const reply = toReply(XSS_HTML.filter((_, index) => index % 7 === 0).map(() => ({ slot: 'x', reason: 'split' })))
      const { calls } = await place(eye, faults, reply, 'div', {
        order: ({ witness, style, hero, tail }) => [
          `<!doctype html><title>Unprotected</title>${witness}${SENTINEL}<script nonce="${NONCE}">witness.startedAt = 1;${code}</script>${style}${hero}`,
          ...XSS_HTML.filter((_, index) => index % 7 === 0).map(
            (_, index) => `<div data-unblink="x${index}">base</div>`,
          ),
          tail,
        ],
      })
      expect(calls).toBeGreaterThan(10)
    },
  },
  ...Object.entries(AS_HTML).map(([what, vectors]): FaultRow => ({
    title: `B8 as HTML ${what}`,
    async run(eye, faults) {
      for (const reply of toReplies(vectors.map((html) => ({ html })))) {
        const { slots, ...rest } = await place(eye, faults, reply, 'div')
        expect.soft(rest).toEqual(HARMLESS)
        expect.soft(slots.filter(({ isVisible }) => !isVisible)).toEqual([])
      }
    },
  })),
  {
    title: 'B8 as text every vector is shown as it is',
    async run(eye, faults) {
      let shown: string[] = []
      for (const reply of toReplies(XSS_HTML.map((text) => ({ text })))) {
        const { slots, ...rest } = await place(eye, faults, reply, 'div')
        expect.soft(rest).toEqual(HARMLESS)
        shown = [...shown, ...slots.map(({ text }) => text)]
      }
      expect(shown).toEqual([...XSS_HTML])
    },
  },
  {
    title: 'B8 as attributes only what is on the list is set, and no link runs script',
    async run(eye, faults) {
      const allowed = /^(data-[a-z-]+|aria-[a-z]+|href|target|rel|title|alt|class|lang|dir|role)$/
      for (const reply of toReplies(
        XSS_ATTRIBUTES.map(([name, value]) => ({ text: 'ok', attributes: { [name]: value } })),
      )) {
        const { slots, ...rest } = await place(eye, faults, reply, 'a')
        expect.soft(rest).toEqual(HARMLESS)
        expect.soft(slots.flatMap(({ attributes }) => attributes).filter((name) => !allowed.test(name))).toEqual([])
        expect.soft(slots.filter(({ isVisible }) => !isVisible)).toEqual([])
      }
    },
  },
  {
    title: 'B8 class and template names of any content do no harm',
    async run(eye, faults) {
      const strange = XSS_HTML.filter((_, index) => index % 9 === 0)
      const contents = strange.flatMap((text) => [{ text: 'ok', class: text }, { template: text }])
      for (const reply of toReplies(contents)) {
        const { slots, ...rest } = await place(eye, faults, reply, 'div')
        expect.soft(rest).toEqual(HARMLESS)
        expect.soft(slots.filter(({ isVisible }) => !isVisible)).toEqual([])
      }
    },
  },
]
