import type { JetStreamManager } from '@nats-io/jetstream'
import type { Board } from './board.ts'
import type { Bucket } from './createBucket.ts'
import type { Names } from './getNames.ts'
import { ScaleError } from './ScaleError.ts'

export interface FoldedInput {
  readonly manager: JetStreamManager
  readonly control: Bucket
  readonly names: Names
  /** The generation of profiles. */
  readonly fold: number
}

/**
 * Throws a ScaleError when more of the stream is folded than there is of it: it was removed, is an older copy, or has lost its end.
 * Messages are counted on from that end, so profiles would take the next ones for those that they have.
 */
export async function checkFolded({ manager, control, names, fold }: FoldedInput): Promise<void> {
  const board = await control.getLatest(names.board)
  if (!board) return
  const { partitions } = JSON.parse(board.text) as Board
  const folded = Math.max(...partitions.map(({ seq }) => seq))
  const { last_seq: last } = (await manager.streams.info(names.events)).state
  if (folded <= last) return
  throw new ScaleError(
    `The stream ${names.events} ends at message ${last}, and profiles are folded up to ${folded}: it was removed, or is an older copy. What comes now would be taken for folded. Start every server with --fold ${fold + 1}, which folds what is there anew.`,
  )
}
