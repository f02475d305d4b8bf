import { fail, ok, type Result } from '@unblink/protocol'
import { getClosest } from '../site/getClosest.ts'
import type { Site } from '../site/site.ts'
import { formatPreviewToken, type Overrides } from './previewToken.ts'

export interface PreviewInput {
  readonly site: Site
  /** What to show: as many of each, in the same order. */
  readonly slots: readonly string[]
  readonly experiences: readonly string[]
  readonly variants: readonly string[]
  /** Address of the server as a visitor's browser has it: `https://www.example.com/u`. */
  readonly base: string
  /** Path of the page to go on to. */
  readonly to: string
  /** Epoch milliseconds at which the preview ends. */
  readonly until: number
}

const explain = (what: string, id: string, known: readonly string[]): string => {
  const closest = getClosest(id, known)
  return `There is no ${what} "${id}"; ${closest ? `did you mean "${closest}"?` : `there are: ${known.join(', ') || 'none'}.`}`
}

/** The signed address that shows a visitor these variants, whoever they are. Fails with what to do about it. */
export function createPreviewLink(input: PreviewInput): Result<string> {
  const { site, slots, experiences, variants, base, to, until } = input
  if (!site.keys.server)
    return fail('A preview is signed with the server key. Set keys.server in the site config, on the server too.')
  if (!slots.length || slots.length !== experiences.length || slots.length !== variants.length)
    return fail('Say what to show: --slot, --experience and --variant, each as often as the others.')
  if (!/^https?:\/\//.test(base) || !URL.canParse(base))
    return fail(`--url ${base}: expected the address of the server, like https://www.example.com/u.`)
  const show: Record<string, Overrides[string]> = {}
  for (const [index, slot] of slots.entries()) {
    const [experience = '', variant = ''] = [experiences[index], variants[index]]
    if (!Object.hasOwn(site.slots, slot)) return fail(explain('slot', slot, Object.keys(site.slots)))
    const own = site.experiences.filter((one) => one.slot === slot)
    const found = own.find(({ id }) => id === experience)
    const ids = own.map(({ id }) => id)
    if (!found) return fail(explain(`experience of slot "${slot}"`, experience, ids))
    const names = found.variants.map(({ id }) => id)
    if (!names.includes(variant)) return fail(explain(`variant of experience "${experience}"`, variant, names))
    show[slot] = { experience, variant }
  }
  const query = new URLSearchParams({ show: formatPreviewToken({ show, until }, site.id, site.keys.server), to })
  return ok(`${base.replace(/\/$/, '')}/v1/preview?${query}`)
}
