import type { Attributes } from '@unblink/protocol'
import { pick } from '../createReply.ts'
import type { Site } from '../site/site.ts'

/** What a message tells. */
export type News =
  | { readonly type: 'audience.entered' | 'audience.left'; readonly audience: string }
  /** The time has passed, and nothing has made it void. */
  | { readonly type: 'time.passed'; readonly since: number; readonly withinHours: number }

export interface BodyInput {
  readonly site: Site
  readonly webhook: string
  /** The id of a visitor, or the key of a user. */
  readonly subject: string
  readonly news: News
  /** Epoch milliseconds. */
  readonly at: number
  readonly facts: Attributes
}

const USER = 'user:'

const toTime = (at: number) => new Date(at).toISOString()

/** The body of a message. It is made once: every attempt sends the same bytes. */
export function makeBody({ site, webhook, subject, news, at, facts }: BodyInput): string {
  const { type, ...about } = news
  const told = 'since' in about ? { after: toTime(about.since), withinHours: about.withinHours } : about
  const who = subject.startsWith(USER) ? { user: subject.slice(USER.length) } : { visitor: subject }
  const paths = site.webhooks[webhook]?.send ?? []
  const attributes = paths.length > 0 ? { attributes: pick(facts, paths) } : {}
  return JSON.stringify({
    type,
    timestamp: toTime(at),
    data: { site: site.id, webhook, ...who, ...told, ...attributes },
  })
}
