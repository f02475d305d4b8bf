import type { Condition } from '@unblink/protocol'
import type { EventSelector } from '../profile/derived/declaration.ts'

/** An audience, by its id. */
export interface AudienceNamed {
  readonly audience: string
}

/** Told when a visitor comes into an audience or leaves it, by what they do or because time passes. */
export interface AudienceTrigger extends AudienceNamed {
  /** @default true */
  readonly enter: boolean
  /** @default false */
  readonly exit: boolean
}

/** Told when a time has passed after something, unless something else has happened meanwhile. */
export interface TimedTrigger {
  /** What starts the time: an event, or coming into an audience. */
  readonly after: EventSelector | AudienceNamed
  /** What makes it void: an event within the time, or being in an audience at its end. @default nothing */
  readonly unless?: EventSelector | AudienceNamed
  /** More than 0, at most 8 784 (a year). */
  readonly withinHours: number
  /** The time starts anew whenever `after` comes again. @default false: it runs from the first */
  readonly restart: boolean
}

/** One address that is told about visitors; see docs/webhooks.md. */
export interface Webhook {
  readonly url: string
  /** What messages are signed with, `whsec_` and base64. Each signs, so that the receiver can change from one to the next. */
  readonly secret: readonly string[]
  readonly on: AudienceTrigger | TimedTrigger
  /** Dotted paths of the attributes that are sent along. @default none */
  readonly send: readonly string[]
  /** How long one attempt may take, 100 to 30 000. @default 10 000 */
  readonly timeoutMs: number
}

/** An event as it is written: a selector, or the id of a goal. */
type EventInput<GoalId extends string> =
  { readonly goal: GoalId } | { readonly event: EventSelector['event']; readonly where?: Condition }

/** A webhook as it is written. */
export interface WebhookInput<AudienceId extends string = string, GoalId extends string = string> {
  readonly url: string
  readonly secret: string | readonly string[]
  readonly on:
    | { readonly audience: AudienceId; readonly enter?: boolean; readonly exit?: boolean }
    | {
        readonly after: EventInput<GoalId> | { readonly audience: AudienceId }
        readonly unless?: EventInput<GoalId> | { readonly audience: AudienceId }
        readonly withinHours: number
        readonly restart?: boolean
      }
  readonly send?: readonly string[]
  readonly timeoutMs?: number
}
