import type { Conversion, GoalName, JsonObject } from '@unblink/protocol'
import { push } from './push.ts'
import { getBootWatch } from './watchBoot.ts'

/**
 * Tells the collector what happened. Each resolves to true once that is durable in this browser, whatever becomes of the page;
 * to false where it may not be kept, and where there is no snippet; and waits for the runtime where that is still to come. None
 * rejects.
 */
export interface Track {
  /** Anything worth keeping. `add_to_cart`, `remove_from_cart` and `purchase` are also heard by triggers. */
  readonly event: (name: string, props?: JsonObject) => Promise<boolean>
  /** A goal of the site config was reached. `currency` is a code of ISO 4217. */
  readonly conversion: (conversion: Conversion & { readonly goal: GoalName }) => Promise<boolean>
}

async function tell(...command: unknown[]): Promise<boolean> {
  await getBootWatch()?.runtime
  try {
    return (await push(...command)) === true
  } catch {
    return false // What is refused is not durable.
  }
}

/** One for the whole page. */
export const track: Track = {
  event: (name, props) => tell('event', name, props),
  conversion: (conversion) => tell('conversion', conversion),
}
