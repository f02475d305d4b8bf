import type { ToldState } from './toldState.ts'

const toRow = (table: string, row: object) => ({ table, row })

/** What a value keeps of somebody, in the form that `exportSubject` gives. Pure. */
export function toToldRows(visitor: string, { members, look, waits, outbox }: ToldState): readonly object[] {
  return [
    ...Object.entries(members).map(([audience, since]) => toRow('webhook_members', { visitor, audience, since })),
    ...(look === undefined ? [] : [toRow('webhook_looks', { visitor, due: look })]),
    ...Object.entries(waits).map(([webhook, { since = null, quiet, due }]) =>
      toRow('webhook_waits', { visitor, webhook, since, quiet, due }),
    ),
    ...outbox.map(({ isDead, error = null, ...message }) =>
      toRow('webhook_outbox', { visitor, ...message, state: isDead ? 'dead' : 'ready', error }),
    ),
  ]
}
