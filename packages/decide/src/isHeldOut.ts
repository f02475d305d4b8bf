import type { Holdout } from '@unblink/protocol'
import { bucket } from './bucket.ts'

/** Whether a visitor belongs to the share that sees no experience at all; salted apart from every experience. */
export const isHeldOut = (id: string, { seed, share }: Holdout): boolean =>
  bucket(`holdout:${seed}`, id) < share * 10_000
