// A file of its own, fetched when somebody asks: `unblink-explain.js`.
import { explain, type Consideration } from '@unblink/decide/explain'
import type { Boot, Decision, Experience, SlotState } from '@unblink/protocol'
import { toDecideInput, type PageInput } from './decideInPage.ts'

/** How far an experience came, with what only the page can tell: `trigger`, it waits; `server`, the server does not admit. */
export type PageConsideration = Consideration | (Omit<Consideration, 'gate'> & { readonly gate: 'trigger' | 'server' })

/** How a slot comes to show what it does. */
export interface SlotExplanation {
  readonly slot: string
  readonly decision: Decision | undefined
  readonly state: SlotState
  /** `memory`: remembered from an earlier view; `late`: a trigger has fired. */
  readonly by: 'server' | 'page' | 'memory' | 'late' | 'preview' | 'nobody'
  /** The slot's experiences, the highest priority first, and what stops each as things are now. */
  readonly considered: readonly PageConsideration[]
  readonly sentence: string
  /** Why the slot shows nothing at all: this page has no element that is it. */
  readonly warning?: string
}

const SENTENCES = {
  server: 'The server decided this.',
  page: 'The page decided this, with the rules and what the reply tells of the visitor.',
  memory: 'This was remembered from an earlier view.',
  late: 'A trigger fired in this view.',
  preview: 'A preview forces this. It is not counted.',
  nobody: 'There was no decision in time, so the baseline stays.',
}

/** Explains every slot of the view: what it shows, by whom, and what the page would make of each experience. */
export function explainSlots(
  { slots }: Pick<Boot<Element, ChildNode>, 'slots'>,
  input: PageInput,
): readonly SlotExplanation[] {
  const { manifest, reply, fired } = input
  const asked = toDecideInput(input)
  const known = new Set(asked.manifest.experiences.map(({ id }) => id))
  const traces = explain(asked).slots
  const toLeftOut = ({ id, slot, priority = 0, when, audience }: Experience): PageConsideration => {
    const isRefused = !reply.rest?.includes(id) && reply.decisions?.some((decision) => decision.slot === slot)
    const isWaiting = when && !fired.has(id)
    const group = audience === undefined ? 'it is suppressed for them' : `not in audience "${audience}", or suppressed`
    if (isWaiting && !isRefused)
      return {
        experience: id,
        priority,
        gate: 'trigger',
        sentence: `It waits for ${JSON.stringify(when)}, which has not happened in this view.`,
      }
    return { experience: id, priority, gate: 'server', sentence: `The server does not admit the visitor: ${group}.` }
  }
  return traces.map(({ slot, considered }) => {
    const { decision, state, element, selector } = slots[slot]!
    const warning = element
      ? undefined
      : `No element of this page is the slot. If it belongs here, give it one that ${selector} finds; if to no page, take it out of the site config.`
    const leftOut = manifest.experiences.filter((experience) => experience.slot === slot && !known.has(experience.id))
    const { experience, reason } = decision ?? {}
    const isServers = reply.decisions?.some((one) => one.slot === slot)
    const by = !decision
      ? 'nobody'
      : reason === 'override'
        ? 'preview'
        : reason === 'cached'
          ? 'memory'
          : experience !== undefined && fired.has(experience)
            ? 'late'
            : isServers
              ? 'server'
              : 'page'
    return {
      slot,
      decision,
      state,
      by,
      considered: [...considered, ...leftOut.map(toLeftOut)].sort((a, b) => b.priority - a.priority),
      sentence: SENTENCES[by],
      ...(warning ? { warning } : {}),
    }
  })
}
