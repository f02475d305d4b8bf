import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream'

/** The first message from a sequence on; undefined when there is none. Subjects may have wildcards. */
export async function findNext(
  manager: JetStreamManager,
  stream: string,
  subject: string,
  seq: number,
): Promise<StoredMsg | undefined> {
  // Servers know this since 2.9; the client's type has it for another request only.
  const query = { seq, next_by_subj: subject } as Parameters<typeof manager.streams.getMessage>[1]
  return (await manager.streams.getMessage(stream, query)) ?? undefined
}
