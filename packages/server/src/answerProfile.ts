import { randomUUID } from 'node:crypto'
import { withPrivacyControl, type ProfileReply, type ProfileRequest } from '@unblink/protocol'
import { createReply } from './createReply.ts'
import { getPublicUrl, type ReadHeader } from './http/getPublicUrl.ts'
import { formatVisitorCookie, isVisitorId, readVisitorCookie } from './http/visitorCookie.ts'
import { createProfile } from './profile/createProfile.ts'
import type { ServerContext } from './serverContext.ts'

export interface ProfileAnswer {
  readonly reply: ProfileReply
  /** The Set-Cookie header of a visitor who is new; left out where nothing may be kept, or where the cookie is there. */
  readonly setCookie?: string
}

/** What the answer depends on beside the request's body: its own address and its headers. */
export interface AskedBy {
  readonly url: string
  readonly header: ReadHeader
}

/** The visitor's decisions, however they were asked for. Reads only; a profile is first written when an event comes. */
export function answerProfile(
  { site, manifest, store, log, now, trustProxy }: ServerContext,
  request: Pick<ProfileRequest, 'slots' | 'visitor' | 'consent'>,
  { url, header }: AskedBy,
): ProfileAnswer {
  const consent = withPrivacyControl(request.consent, header('sec-gpc') === '1')
  const base = { site, manifest, slots: Object.keys(request.slots), consent, now: now(), log }
  if (consent.personalization !== 'granted') return { reply: createReply(base) }
  const known = readVisitorCookie(header('cookie'))
  // A page of another site cannot have our cookie; it remembers the id that an earlier reply named.
  const visitor = known ?? (isVisitorId(request.visitor) ? request.visitor : randomUUID())
  const reply = createReply({ ...base, profile: store.getProfile(visitor) ?? createProfile(visitor) })
  return known ? { reply } : { reply, setCookie: formatVisitorCookie(visitor, getPublicUrl(url, header, trustProxy)) }
}
