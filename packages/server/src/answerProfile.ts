import { randomUUID } from 'node:crypto'
import { withPrivacyControl, type ProfileReply, type ProfileRequest } from '@unblink/protocol'
import { createReply } from './createReply.ts'
import { getPublicUrl, type ReadHeader } from './http/getPublicUrl.ts'
import { formatVisitorCookie, isVisitorId, readVisitorCookie } from './http/visitorCookie.ts'
import { readOverrides } from './preview/readOverrides.ts'
import { createProfile } from './profile/createProfile.ts'
import { readElsewhere } from './profile/readElsewhere.ts'
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

/**
 * The visitor's decisions, however they were asked for. Reads only; a profile is first written when an event comes. Waits
 * for the site's profile source, when it has one.
 */
export async function answerProfile(
  context: ServerContext,
  request: Pick<ProfileRequest, 'slots' | 'visitor' | 'consent' | 'url'>,
  { url, header }: AskedBy,
): Promise<ProfileAnswer> {
  const { publication, store, log, now, trustProxy } = context
  const consent = withPrivacyControl(request.consent, header('sec-gpc') === '1')
  const at = now()
  const overrides = readOverrides(publication.site, header('cookie'), at)
  const base = { publication, overrides, slots: Object.keys(request.slots), consent, now: at, log }
  if (consent.personalization !== 'granted') return { reply: createReply(base) }
  const known = readVisitorCookie(header('cookie'))
  // A page of another site cannot have our cookie; it remembers the id that an earlier reply named.
  const visitor = known ?? (isVisitorId(request.visitor) ? request.visitor : randomUUID())
  const profile = store.getProfile(visitor) ?? createProfile(visitor)
  const elsewhere = await readElsewhere(context, publication, { profile, url: request.url, now: base.now })
  const reply = createReply({ ...base, profile, source: elsewhere })
  return known ? { reply } : { reply, setCookie: formatVisitorCookie(visitor, getPublicUrl(url, header, trustProxy)) }
}
