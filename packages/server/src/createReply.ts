import { decide, evaluate } from '@unblink/decide'
import { getOwn, isObject } from '@unblink/protocol'
import type { Attributes, Consent, Decision, Json, Manifest, ProfileReply } from '@unblink/protocol'
import type { Log } from './log.ts'
import { createProfile } from './profile/createProfile.ts'
import type { Profile } from './profile/profile.ts'
import { readAttributes } from './profile/readAttributes.ts'
import type { Site } from './site/site.ts'

export const MAX_REPLY_BYTES = 32 * 1024
const VALID_MS = 30 * 60_000

export interface ReplyInput {
  readonly site: Site
  readonly manifest: Manifest
  /** Left out where nothing may be known: the decisions are then those of an empty profile. */
  readonly profile?: Profile | undefined
  /** @default every slot of the manifest */
  readonly slots?: readonly string[]
  readonly consent: Consent
  readonly now: number
  readonly log: Log
}

/** The members at these dotted paths, and nothing else. */
function pick(attributes: Attributes, paths: readonly string[]): Attributes {
  const picked: Record<string, Json> = {}
  for (const path of paths) {
    const steps = path.split('.')
    let value: unknown = attributes
    for (const step of steps) value = isObject(value) ? getOwn(value, step) : undefined
    if (value === undefined) continue
    let target = picked
    for (const step of steps.slice(0, -1)) target = (target[step] ??= {}) as Record<string, Json>
    // Only Json goes into attributes, so only Json comes out.
    target[steps.at(-1)!] = value as Json
  }
  return picked
}

const getBytes = (reply: ProfileReply) => Buffer.byteLength(JSON.stringify(reply))

const getSize = ({ content, rotation }: Decision) => (content ? JSON.stringify([content, rotation]).length : 0)

/**
 * A reply above the limit is of no use to the page: the largest contents give way, so the other slots keep theirs. One that
 * rotates first loses what follows its first content.
 */
function fit(reply: ProfileReply & { decisions: Decision[] }, log: Log): ProfileReply {
  let fitted: ProfileReply & { decisions: Decision[] } = reply
  while (getBytes(fitted) > MAX_REPLY_BYTES) {
    const sizes = fitted.decisions.map(getSize)
    const largest = sizes.indexOf(Math.max(...sizes))
    const { slot } = fitted.decisions[largest] ?? {}
    const message = `A reply would exceed ${MAX_REPLY_BYTES} bytes. Move large contents into <template>s, or expose less.`
    log({ level: 'error', code: 'reply_too_large', message, slot: sizes[largest] ? slot : undefined })
    if (!slot || !sizes[largest]) return { ...fitted, attributes: {} }
    const replace = (decision: Decision): Decision => {
      const { rotation, ...first } = decision
      if (decision.slot !== slot) return decision
      return rotation ? first : { slot, reason: 'error' }
    }
    fitted = { ...fitted, decisions: fitted.decisions.map(replace) }
  }
  return fitted
}

/** Decides slots for a visitor and wraps the decisions into a reply of at most 32 KiB. */
export function createReply({ site, manifest, profile, slots, consent, now, log }: ReplyInput): ProfileReply {
  const attributes = readAttributes(profile ?? createProfile(''), site, now)
  const known = Object.keys(manifest.slots)
  const decisions = decide({
    manifest,
    attributes,
    visitor: profile?.visitor,
    slots: slots ? slots.filter((slot) => known.includes(slot)) : known,
    consent,
    now,
  })
  const audiences = Object.keys(manifest.audiences).filter((id) => {
    const condition = manifest.audiences[id]
    return profile && condition && evaluate(condition, attributes)
  })
  const reply = {
    v: 1 as const,
    manifest: manifest.version,
    ...(profile ? { visitor: profile.visitor } : {}),
    generation: profile?.generation ?? 0,
    audiences,
    attributes: profile ? pick(attributes, site.expose) : {},
    decisions,
    expiresAt: now + VALID_MS,
  }
  return fit(reply, log)
}
