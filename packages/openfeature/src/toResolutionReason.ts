import { StandardResolutionReasons } from '@openfeature/web-sdk'
import type { Reason } from '@unblink/protocol'

const { CACHED, DEFAULT, DISABLED, ERROR, SPLIT, STALE, STATIC, TARGETING_MATCH } = StandardResolutionReasons

/**
 * OpenFeature's word for each of our reasons (https://openfeature.dev/specification/types#resolution-reason). Those that it
 * has none for become what they amount to, and stay as they are in the metadata: a holdout is a split, an override does not
 * look at the visitor, and without consent or in time there is the default.
 */
const REASONS: Readonly<Record<Reason, string>> = {
  targeting_match: TARGETING_MATCH,
  split: SPLIT,
  default: DEFAULT,
  disabled: DISABLED,
  stale: STALE,
  cached: CACHED,
  error: ERROR,
  holdout: SPLIT,
  consent: DEFAULT,
  timeout: DEFAULT,
  override: STATIC,
}

/** A server that is newer than this page may know more reasons; OpenFeature allows any string. */
export const toResolutionReason = (reason: Reason): string =>
  Object.hasOwn(REASONS, reason) ? REASONS[reason] : String(reason).toUpperCase()
