import { parseProfileRequest, type Consent, type ProfileReply } from '@unblink/protocol'
import { answerProfile } from './answerProfile.ts'
import type { ServerContext } from './serverContext.ts'
import { getClosest } from './site/getClosest.ts'

export interface DecideForInput {
  /** The visitor's request for the page: its cookies and Sec-GPC are read, never its body. */
  readonly request: Request
  /** Address or path of the page. @default the request's address */
  readonly url?: string | undefined
  /** Names of the slots wanted. @default every slot of the site */
  readonly slots?: readonly string[] | undefined
  /** The other end of the visitor's connection, for `geo`; behind a trusted proxy its headers tell. @default not known */
  readonly address?: string | undefined
  /** What the site knows of this visitor's consent. @default the site's default */
  readonly consent?: Consent | undefined
}

export interface DecidedFor {
  /** For `renderReply`. */
  readonly reply: ProfileReply
  /** To be added to the page's own: `cache-control`, for a page with a reply in it is one visitor's, and a new visitor's `set-cookie`. */
  readonly headers: Headers
}

/** Decides for the visitor of a page request, in process. Rejects when a slot is none of the site's. */
export async function decideFor(
  context: ServerContext,
  { request, url = request.url, address, slots, consent }: DecideForInput,
): Promise<DecidedFor> {
  const { site, manifest } = context.publication
  const known = Object.keys(manifest.slots)
  for (const slot of slots ?? []) {
    if (known.includes(slot)) continue
    const closest = getClosest(slot, known)
    throw new Error(
      `slots: there is no slot "${slot}"${closest ? `; did you mean "${closest}"?` : ' in the site config'}`,
    )
  }
  const parsed = parseProfileRequest({
    v: 1,
    key: site.keys.browser,
    url,
    slots: Object.fromEntries((slots ?? known).map((name) => [name, {}])),
    consent: consent ?? site.consent,
  })
  if (!parsed.ok) throw new Error(parsed.error)
  const header = (name: string) => request.headers.get(name)
  const { reply, setCookie } = await answerProfile(context, parsed.value, { url: request.url, header, address })
  // Not no-store: some engines keep such pages out of the back/forward cache.
  const headers = new Headers({ 'cache-control': 'private, no-cache' })
  if (setCookie) headers.append('set-cookie', setCookie)
  return { reply, headers }
}
