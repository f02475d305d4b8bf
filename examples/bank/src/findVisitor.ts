import { randomUUID } from 'node:crypto'
import type { UnblinkServer } from '@unblink/server'

/** Whom a visitor of the demonstration may ask to be: chance decides otherwise, and a tour should not need luck. */
export type VisitorKind = keyof typeof KINDS

type Decided = NonNullable<Awaited<ReturnType<UnblinkServer['decideFor']>>['reply']['decisions']>[number]

const SLOT = 'home.promo'
const COOKIE = 'ub_v'
const MAX_TRIES = 10_000

const KINDS = {
  anyone: () => true,
  'held-out': ({ reason }: Decided) => reason === 'holdout',
  control: ({ variant }: Decided) => variant === 'control',
  variant: ({ variant }: Decided) => variant !== undefined && variant !== 'control',
}

export const isVisitorKind = (text: string | undefined): text is VisitorKind =>
  text !== undefined && Object.hasOwn(KINDS, text)

/** A new visitor id of that kind. Rejects when the site's rules hold nobody of it. */
export async function findVisitor(kind: VisitorKind, { decideFor }: Pick<UnblinkServer, 'decideFor'>): Promise<string> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const visitor = randomUUID()
    const request = new Request('http://bank.test/', { headers: { cookie: `${COOKIE}=${visitor}` } })
    const { reply } = await decideFor({ request, slots: [SLOT] })
    const decided = reply.decisions?.[0]
    if (decided && KINDS[kind](decided)) return visitor
  }
  throw new Error(`No visitor of ${MAX_TRIES} is "${kind}". Does the experiment in ${SLOT} still have that part?`)
}
