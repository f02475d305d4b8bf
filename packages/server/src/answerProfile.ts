import { randomUUID } from 'node:crypto'
import { withPrivacyControl, type ProfileReply, type ProfileRequest } from '@unblink/protocol'
import { createReply } from './createReply.ts'
import { getPublicUrl, type ReadHeader } from './http/getPublicUrl.ts'
import { formatExpiredCookie, formatVisitorCookie, isVisitorId, readVisitorCookie } from './http/visitorCookie.ts'
import { chooseFor } from './model/chooseFor.ts'
import { readOverrides } from './preview/readOverrides.ts'
import { createProfile } from './profile/createProfile.ts'
import { readElsewhere } from './profile/readElsewhere.ts'
import type { ServerContext } from './serverContext.ts'
import { readContext } from './sources/readContext.ts'
import { fetchProfile } from './store/fetchProfile.ts'
import { StorageAway } from './store/StorageAway.ts'

export interface ProfileAnswer {
  readonly reply: ProfileReply
  /**
   * The Set-Cookie header of a visitor who is new, or that takes the cookie of one away who has said no; left out where the
   * cookie is as it should be.
   */
  readonly setCookie?: string
}

/** What the answer depends on beside the request's body: its own address and its headers. */
export interface AskedBy {
  readonly url: string
  readonly header: ReadHeader
  /** The other end of the connection; left out where there is none. */
  readonly address?: string | undefined
}

/**
 * The visitor's decisions, however they were asked for. Reads only; a profile is first written when an event comes. Waits
 * for the site's profile source and models, when it has any.
 */
export async function answerProfile(
  context: ServerContext,
  request: Pick<ProfileRequest, 'slots' | 'visitor' | 'consent' | 'url'>,
  { url, header, address }: AskedBy,
): Promise<ProfileAnswer> {
  const { publication, store, log, now, trustProxy } = context
  const consent = withPrivacyControl(request.consent, header('sec-gpc') === '1')
  const at = now()
  const facts = readContext(context, { header, address, consent })
  const overrides = readOverrides(publication.site, header('cookie'), at)
  const base = { publication, overrides, slots: Object.keys(request.slots), consent, now: at, log, context: facts }
  const known = readVisitorCookie(header('cookie'))
  const { cookieDomain } = publication.site
  if (consent.personalization !== 'granted') {
    const reply = createReply({ ...base, chosen: await chooseFor(context, base) })
    const isRefused = known !== undefined && consent.personalization === 'denied'
    // Erasing is asked for by a request of its own, which may get lost; nobody else shall hear of them from now on.
    if (isRefused) context.webhooks.withdraw(known)
    return isRefused
      ? { reply, setCookie: formatExpiredCookie(getPublicUrl(url, header, trustProxy), cookieDomain) }
      : { reply }
  }
  // A page of another site cannot have our cookie; it remembers the id that an earlier reply named.
  const named = known ?? (isVisitorId(request.visitor) ? request.visitor : undefined)
  if (named && !(await fetchProfile(store, named)))
    throw new StorageAway('The profile cannot be read just now. Ask again later.')
  const visitor = named ?? randomUUID()
  const profile = store.getProfile(visitor) ?? createProfile(visitor)
  const elsewhere = await readElsewhere(context, publication, { profile, url: request.url, now: base.now })
  const input = { ...base, profile, source: elsewhere }
  const reply = createReply({ ...input, chosen: await chooseFor(context, input) })
  if (known) return { reply }
  return { reply, setCookie: formatVisitorCookie(visitor, getPublicUrl(url, header, trustProxy), cookieDomain) }
}
