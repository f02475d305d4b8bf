import type { Mapping } from './mapFields.ts'

/** A webhook that the site receives at `POST /v1/hooks/<name>`; see docs/sources.md. */
export interface HookSettings {
  /** `whsec_` and base64, at most three: any of them may have signed, so that one can be changed for another. */
  readonly secret: readonly string[]
  /** Path to the visitor's id in what is sent. Either this or `user`. */
  readonly visitor?: string
  /** Path to the site's own id of the user. */
  readonly user?: string
  /** Attributes by name: where each is found in what is sent. See `mapFields`. */
  readonly map: Mapping
}

/** A hook as it is written. */
export interface HookInput extends Omit<HookSettings, 'secret'> {
  readonly secret: string | readonly string[]
}
