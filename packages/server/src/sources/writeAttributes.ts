import { fetchUser } from '../identity/fetchUser.ts'
import type { ServerContext } from '../serverContext.ts'
import { setAttributes, type SetOptions } from '../setAttributes.ts'
import { fetchProfile } from '../store/fetchProfile.ts'
import type { ImportLine } from './parseImportLine.ts'

/** What became of one row or delivery. `later`: it could not be written just now, and is worth sending again. */
export type Judgement =
  | { readonly type: 'set' }
  | { readonly type: 'same' }
  | {
      readonly type: 'rejected'
      readonly code: 'schema' | 'erased' | 'unknown_user'
      readonly message: string
    }
  | { readonly type: 'later'; readonly message: string }

export interface WriteAttributesOptions extends Pick<SetOptions, 'eventId' | 'onlyChanges' | 'isDryRun'> {
  /** For the audit: `key:<id>` or `hook:<name>`. */
  readonly actor: string
}

const UNKNOWN_USER =
  'Nobody is logged in here as this user. Send it again after they have been identified, or name the visitor.'

const AWAY = 'The user cannot be read just now. Try again later.'

/** Any visitor who is this user now; they share one profile. */
async function findVisitor({ links, store }: ServerContext, user: string): Promise<string | undefined> {
  for (const visitor of links.getVisitors(user))
    if ((await fetchProfile(store, visitor)) && links.getUser(visitor) === user) return visitor
  return undefined
}

/**
 * Sets attributes as another system knows them. Who was erased stays erased, since such systems go on naming them; a user is
 * told of by any visitor that they are now, who all share one profile.
 */
export async function writeAttributes(
  context: ServerContext,
  { about, set }: ImportLine,
  { actor, ...options }: WriteAttributesOptions,
): Promise<Judgement> {
  const { links } = context
  const user = 'user' in about ? about.user : undefined
  if (user !== undefined && !(await fetchUser(links, user))) return { type: 'later', message: AWAY }
  const visitor = 'visitor' in about ? about.visitor : await findVisitor(context, about.user)
  if (visitor === undefined) return { type: 'rejected', code: 'unknown_user', message: UNKNOWN_USER }
  const whose = user === undefined ? {} : { user }
  const result = await setAttributes(context, visitor, set, actor, { ...options, ...whose, exceptErased: true })
  if (result.ok) return { type: result.value }
  switch (result.status) {
    case 503:
      return { type: 'later', message: result.error }
    case 410:
      return { type: 'rejected', code: 'erased', message: result.error }
    case 400:
      return { type: 'rejected', code: 'schema', message: result.error }
  }
}
