import type { JsonObject } from '@unblink/protocol'
import type { Row } from './columns.ts'

/** A row of the log, as the database has it. */
export interface LogRow {
  readonly position: number
  readonly id: string
  readonly visitor: string | null
  readonly view: string
  readonly seq: number
  readonly type: string
  readonly at: number
  readonly received: number
  readonly location: string
  readonly payload: string
  readonly bot: number
}

/** What is not of this event is of another's column; a member of a custom event of the same name is not meant. */
const textOf = (payload: JsonObject, name: string) => {
  const value = payload[name]
  return typeof value === 'string' ? value : undefined
}
const numberOf = (payload: JsonObject, name: string) => {
  const value = payload[name]
  return typeof value === 'number' ? value : undefined
}

/** An event as a row of the datasets `events` and `exposures`, which each take the columns that they have. Pure. */
export function toEventRow(
  row: Omit<LogRow, 'payload' | 'visitor'>,
  payload: JsonObject,
  visitor: string | undefined,
  session: number | undefined,
): Row {
  const chance = Array.isArray(payload['chance']) ? payload['chance'] : []
  return {
    position: row.position,
    id: row.id,
    at: row.at,
    received: row.received,
    type: row.type,
    visitor,
    session,
    view: row.view,
    seq: row.seq,
    url: row.location,
    bot: row.bot === 1,
    slot: textOf(payload, 'slot'),
    experience: textOf(payload, 'experience'),
    variant: textOf(payload, 'variant'),
    outcome: textOf(payload, 'outcome'),
    hidden_ms: numberOf(payload, 'hiddenMs'),
    goal: textOf(payload, 'goal'),
    value: numberOf(payload, 'value'),
    currency: textOf(payload, 'currency'),
    reason: textOf(payload, 'reason'),
    profile_ms: numberOf(payload, 'profileMs'),
    propensity: typeof chance[0] === 'number' ? chance[0] : undefined,
    context: typeof chance[1] === 'string' ? chance[1] : undefined,
    payload,
  }
}
