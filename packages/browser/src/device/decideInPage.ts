import { decide, type DecideInput } from '@unblink/decide'
import { rank } from '@unblink/decide/rank'
import { renderContent } from '@unblink/decide/template'
import type { Consent, Decision, Experience, Manifest, ProfileReply } from '@unblink/protocol'
import type { DeviceState } from './deviceState.ts'

export interface PageInput {
  readonly manifest: Manifest
  readonly reply: ProfileReply
  readonly slots: readonly string[]
  readonly consent: Consent
  readonly state: DeviceState
  /** Ids of the experiences whose trigger has fired in this view. */
  readonly fired: ReadonlySet<string>
}

/**
 * What the engine is asked. Where the server has decided, its word on whom it admits to an experience (`rest`) stands in
 * the place of audience and suppression, because it knows attributes that the page does not. An experience that waits for
 * a trigger takes part once that has fired. Pure: `state.at` is the clock.
 */
export function toDecideInput({ manifest, reply, slots, consent, state, fired }: PageInput): DecideInput {
  const { rest = [], decisions = [], attributes, audiences, visitor } = reply
  const experiences = manifest.experiences.flatMap((experience): Experience[] => {
    const { id, slot, when } = experience
    if (when && !fired.has(id)) return []
    if (!decisions.some((decision) => decision.slot === slot)) return [experience]
    const { audience: _audience, suppress: _suppress, ...admitted } = experience
    return rest.includes(id) ? [admitted] : []
  })
  return {
    manifest: { ...manifest, experiences },
    attributes: { ...attributes, audiences },
    visitor,
    slots,
    consent,
    now: state.at,
    memory: state,
  }
}

/** Decides slots in the page. Rotations are ranked and templates filled; one that cannot be filled is an error. Pure. */
export function decideInPage(input: PageInput): Decision[] {
  const { manifest, reply } = input
  const { attributes } = reply
  return rank({ decisions: decide(toDecideInput(input)), manifest, attributes }).map((decision) => {
    const { slot, content, rotation } = decision
    try {
      return {
        ...decision,
        ...(content && { content: renderContent(content, attributes) }),
        ...(rotation && {
          rotation: { ...rotation, contents: rotation.contents.map((one) => renderContent(one, attributes)) },
        }),
      }
    } catch {
      return { slot, reason: 'error' }
    }
  })
}
