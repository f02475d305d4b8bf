import { createAgenda, type Agenda } from './createAgenda.ts'
import { getDue, type ToldMessage, type ToldState } from './toldState.ts'

/** A message as it is known by, without what it says. */
export interface IndexedMessage extends Pick<ToldMessage, 'id' | 'webhook' | 'next' | 'isDead'> {
  /** A number of this process. */
  readonly position: number
  /** Of the value that it is in. */
  readonly key: string
}

/** What is to be done about the values of some partitions, in memory: rests with whoever folds them, and is built anew by whoever takes them over. */
export interface ToldIndex {
  /** From here on, values of this partition are known. */
  hold(partition: number): void
  /** A value as it is now; one that is older than what is known changes nothing, and neither does one of a partition that is not held. */
  put(key: string, state: ToldState, revision: number): void
  /** Forgets the values of a partition. */
  drop(partition: number): void
  /** Keys of values in which something has come due. */
  getDue(at: number, limit: number): readonly string[]
  /** The first message of each subject that may be sent. */
  getReady(webhook: string, at: number, limit: number): readonly IndexedMessage[]
  find(position: number): IndexedMessage | undefined
  getMessages(): Iterable<IndexedMessage>
  /** Messages that wait, or were given up, by webhook. */
  count(isDead: boolean): Readonly<Record<string, number>>
}

interface Entry {
  readonly revision: number
  readonly messages: readonly IndexedMessage[]
}

export function createToldIndex(): ToldIndex {
  const held = new Set<string>()
  const entries = new Map<string, Entry>()
  const dues = createAgenda<string>()
  const ready = new Map<string, Agenda<number>>()
  const positions = new Map<number, IndexedMessage>()
  const counts = { waiting: new Map<string, number>(), dead: new Map<string, number>() }
  let last = 0

  const getAgenda = (webhook: string) => {
    const agenda = ready.get(webhook) ?? createAgenda<number>()
    ready.set(webhook, agenda)
    return agenda
  }

  const tally = ({ webhook, isDead }: IndexedMessage, by: number) => {
    const of = isDead ? counts.dead : counts.waiting
    of.set(webhook, (of.get(webhook) ?? 0) + by)
  }

  const replace = (key: string, messages: readonly IndexedMessage[]) => {
    const known = entries.get(key)?.messages ?? []
    const kept = new Set(messages.map(({ position }) => position))
    for (const one of known) {
      tally(one, -1)
      if (kept.has(one.position)) continue
      positions.delete(one.position)
      getAgenda(one.webhook).set(one.position, undefined)
    }
    const begun = new Set<string>()
    for (const one of messages) {
      tally(one, 1)
      positions.set(one.position, one)
      // Behind another about the same subject, it waits until that one has arrived.
      const isFirst = !one.isDead && !begun.has(one.webhook)
      if (!one.isDead) begun.add(one.webhook)
      getAgenda(one.webhook).set(one.position, isFirst ? one.next : undefined)
    }
  }

  return {
    hold: (partition) => void held.add(String(partition)),
    put(key, state, revision) {
      if (!held.has(key.slice(0, key.indexOf('.')))) return
      const known = entries.get(key)
      if (known && known.revision >= revision) return
      const places = new Map(known?.messages.map(({ id, position }) => [id, position]))
      const messages = state.outbox.map(({ id, webhook, next, isDead }): IndexedMessage => {
        const position = places.get(id) ?? ++last
        return { position, key, id, webhook, next, ...(isDead ? { isDead } : {}) }
      })
      replace(key, messages)
      entries.set(key, { revision, messages })
      dues.set(key, getDue(state))
    },
    drop(partition) {
      held.delete(String(partition))
      for (const key of entries.keys()) {
        if (!key.startsWith(`${partition}.`)) continue
        replace(key, [])
        dues.set(key, undefined)
        entries.delete(key)
      }
    },
    getDue: dues.getDue,
    getReady: (webhook, at, limit) =>
      (ready.get(webhook)?.getDue(at, limit) ?? []).map((position) => positions.get(position)!),
    find: (position) => positions.get(position),
    getMessages: () => positions.values(),
    count: (isDead) => Object.fromEntries(isDead ? counts.dead : counts.waiting),
  }
}
