import type { Json } from '@unblink/protocol'
import type { Mapping } from './mapFields.ts'

/** A header's value that is kept outside the config. */
export interface SecretHeader {
  /** Name of the environment variable. Read once, when the config comes into force. */
  readonly env: string
  /**
   * `bearer`: after `Bearer `. `basic`: as the user of HTTP basic authentication without a password, or as both where the
   * value is `user:password`. @default the value as it is
   */
  readonly as?: 'basic' | 'bearer'
}

/** A profile service behind HTTP that answers with JSON: what is asked, and what of the answer becomes attributes. */
export interface ProfileSourceSettings {
  /** Names it in the log and in the metrics. */
  readonly id: string
  /**
   * Scheme and host as they stand; in the path and the query `{{visitor}}`, `{{user}}` or `{{<attribute path>}}` is filled in,
   * percent-encoded. A visitor of whom one of them is not known is not asked for.
   */
  readonly url: string
  readonly method: 'GET' | 'POST'
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string | SecretHeader>>
  /** What a POST sends as JSON, its strings filled in like the address; one that is nothing else keeps the value's type. */
  readonly body?: Json
  /** Attributes by name: where each is found in the answer. See `mapFields`. */
  readonly map: Mapping
  /** How long a call may take; a reply waits for `profileTimeoutMs` at most, and what comes later is there for the next. 1 to 10 000. */
  readonly timeoutMs: number
  /** How long an answer is used without asking again, 0 to 86 400. */
  readonly cacheSeconds: number
  /** The same for the answer that nobody is known, 0 to 86 400. */
  readonly missSeconds: number
  /** How much longer it is used while it is asked for anew, 0 to 86 400. */
  readonly staleSeconds: number
  /** After so many failures in a row nobody asks for so long; see `createBreaker`. */
  readonly breaker: { readonly failures: number; readonly coolDownSeconds: number }
  /** Of an answer, decompressed, 1 024 to 1 048 576. */
  readonly maxBytes: number
}

/** A profile source as it is written in a config; `ProfileSourceSettings` describes the members. */
export interface ProfileSourceInput extends Pick<ProfileSourceSettings, 'id' | 'url' | 'map' | 'body'> {
  /** @default 'GET' */
  readonly method?: ProfileSourceSettings['method']
  /** @default none */
  readonly headers?: ProfileSourceSettings['headers']
  /** @default 1 000 */
  readonly timeoutMs?: number
  /** @default 60 */
  readonly cacheSeconds?: number
  /** @default 30 */
  readonly missSeconds?: number
  /** @default 300 */
  readonly staleSeconds?: number
  /** @default 5 failures, 5 seconds */
  readonly breaker?: Partial<ProfileSourceSettings['breaker']>
  /** @default 65 536 */
  readonly maxBytes?: number
}
