import type { AnyEvent } from '@unblink/protocol'
import { isSelected } from '../profile/derived/isSelected.ts'
import type { Profile } from '../profile/profile.ts'
import type { AudienceNamed, TimedTrigger } from '../site/webhook.ts'
import type { EventSelector } from '../profile/derived/declaration.ts'
import type { Due, NoticedStates } from './createStates.ts'
import type { Outbox } from './createOutbox.ts'
import { findNextChange } from './findNextChange.ts'
import { isAudience, type Rules } from './getRules.ts'
import { makeBody, type News } from './makeBody.ts'
import { findMemberships, readFacts } from './readFacts.ts'
import { mergeWaits, stepWait, type Step, type Wait } from './stepWait.ts'

const HOUR_MS = 3_600_000
/** A page sends an event for 7 days at most; what is older starts and voids nothing any more. */
const QUIET_MS = 8 * 24 * HOUR_MS
/** From an event to the look at what time will do: a visitor who is here has many events. */
const SETTLE_MS = 60_000

export interface NoticesInput {
  readonly states: NoticedStates
  readonly outbox: Pick<Outbox, 'add'>
  /** As it is stored, by subject. */
  readonly getProfile: (subject: string) => Profile | undefined
  /** Something was put into the outbox; it may still be taken back with the transaction. */
  readonly onTold: () => void
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Turns what happens to profiles into messages. Synchronous: everything belongs into the job that makes it happen. */
export interface Notices {
  /** A profile is about to be stored. */
  onProfile(rules: Rules, profile: Profile): void
  /** An event was stored, of the subject that `getSubject` names; it is asked only where the event matters. */
  onEvent(rules: Rules, event: AnyEvent, getSubject: () => string): void
  /** The times that run for a visitor go on for the user that they are. */
  onMerge(rules: Rules, visitor: string, subject: string): void
  /** Its time has come. */
  onDue(rules: Rules, due: Due): void
}

const toMs = ({ withinHours, restart }: TimedTrigger) => ({ withinMs: withinHours * HOUR_MS, restart })

const isMeant = (happening: EventSelector | AudienceNamed | undefined, event: AnyEvent) =>
  happening !== undefined && !isAudience(happening) && isSelected(happening, event)

export function createNotices({ states, outbox, getProfile, onTold, now }: NoticesInput): Notices {
  const tell = ({ publication }: Rules, webhook: string, profile: Profile, news: News, at: number) => {
    const { site } = publication
    const subject = profile.visitor
    const body = makeBody({ site, webhook, subject, news, at, facts: readFacts(profile, site, at) })
    outbox.add({ webhook, subject, at, body, now: now() })
    onTold()
  }

  const saveWait = (subject: string, webhook: string, wait: Wait, withinMs: number) =>
    states.setWait(subject, webhook, wait, wait.since === undefined ? wait.quiet + QUIET_MS : wait.since + withinMs)

  /** The time of a wait is over: it is told, unless the audience that voids it has the visitor. */
  const endWait = (rules: Rules, webhook: string, subject: string, profile: Profile | undefined) => {
    const wait = states.getWait(subject, webhook)
    const trigger = rules.timed.get(webhook)
    if (!wait || wait.since === undefined || !trigger || !profile) return states.deleteWait(subject, webhook)
    const { since, due } = wait
    const { unless, withinHours } = trigger
    const { publication } = rules
    const isVoid =
      unless !== undefined &&
      isAudience(unless) &&
      findMemberships(publication, [unless.audience], readFacts(profile, publication.site, due)).size > 0
    if (!isVoid) tell(rules, webhook, profile, { type: 'time.passed', since, withinHours }, due)
    saveWait(subject, webhook, { since: undefined, quiet: Math.max(wait.quiet, due) }, withinHours * HOUR_MS)
  }

  const step = (
    rules: Rules,
    webhook: string,
    trigger: TimedTrigger,
    subject: string,
    happened: Step,
    profile?: Profile,
  ) => {
    let wait = states.getWait(subject, webhook)
    // The server was away, or is late: what came after the time is over cannot change what it has to tell.
    if (wait?.since !== undefined && happened.at > wait.due) {
      endWait(rules, webhook, subject, profile ?? getProfile(subject))
      wait = states.getWait(subject, webhook)
    }
    const next = stepWait(wait, happened, toMs(trigger))
    const isSame = next.since === wait?.since && next.quiet === (wait?.quiet ?? -1)
    if (!isSame) saveWait(subject, webhook, next, trigger.withinHours * HOUR_MS)
  }

  /** Compares the audiences that a profile is in at a moment with those that it was in. */
  const compare = (rules: Rules, profile: Profile, at: number) => {
    const { publication, audiences } = rules
    const subject = profile.visitor
    const before = states.getAudiences(subject)
    const after = findMemberships(publication, audiences.keys(), readFacts(profile, publication.site, at))
    for (const [audience, { enter, exit, starts }] of audiences) {
      if (before.has(audience) === after.has(audience)) continue
      if (after.has(audience)) {
        states.add(subject, audience, at)
        for (const webhook of enter) tell(rules, webhook, profile, { type: 'audience.entered', audience }, at)
        for (const webhook of starts)
          step(rules, webhook, rules.timed.get(webhook)!, subject, { at, isAfter: true, isUnless: false }, profile)
      } else {
        states.remove(subject, audience)
        for (const webhook of exit) tell(rules, webhook, profile, { type: 'audience.left', audience }, at)
      }
    }
  }

  /** Looks at a profile as it is at a moment, and says when to look again. */
  const look = (rules: Rules, subject: string, at: number): number | undefined => {
    const profile = getProfile(subject)
    const { publication, audiences, fading } = rules
    if (profile && audiences.size > 0) compare(rules, profile, at)
    if (!profile || fading.length === 0) {
      states.setLook(subject, undefined)
      return undefined
    }
    const getState = (moment: number) =>
      [...findMemberships(publication, fading, readFacts(profile, publication.site, moment))].join('\n')
    const next = findNextChange({ getState, from: at, lastSeenAt: profile.lastSeenAt })
    states.setLook(subject, next)
    return next
  }

  return {
    onProfile(rules, profile) {
      if (rules.audiences.size === 0) return
      const subject = profile.visitor
      const at = now()
      let due = rules.fading.length > 0 ? states.getLook(subject) : undefined
      // What time had changed before this is told first, of the profile as it was.
      while (due !== undefined && due <= at) due = look(rules, subject, due)
      compare(rules, profile, at)
      if (rules.fading.length > 0 && (due === undefined || due > at + SETTLE_MS))
        states.setLook(subject, at + SETTLE_MS)
    },
    onEvent(rules, event, getSubject) {
      for (const [webhook, trigger] of rules.timed) {
        const happened = {
          at: event.at,
          isAfter: isMeant(trigger.after, event),
          isUnless: isMeant(trigger.unless, event),
        }
        if (happened.isAfter || happened.isUnless) step(rules, webhook, trigger, getSubject(), happened)
      }
    },
    onMerge(rules, visitor, subject) {
      for (const { webhook, ...wait } of states.getWaits(visitor)) {
        const trigger = rules.timed.get(webhook)
        if (!trigger) continue
        const known = states.getWait(subject, webhook)
        const merged = known ? mergeWaits(known, wait, toMs(trigger)) : wait
        saveWait(subject, webhook, merged, trigger.withinHours * HOUR_MS)
      }
      states.deleteWaits(visitor)
    },
    onDue(rules, due) {
      if (due.type === 'wait') endWait(rules, due.webhook, due.subject, getProfile(due.subject))
      else look(rules, due.subject, due.due)
    },
  }
}
