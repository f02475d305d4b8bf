import type { BootConfig, BootInput } from '@unblink/protocol'

/** The configuration in fewer bytes; what equals a default is left out. */
export function toInput({ key, base, consent, slots, ask, redirects }: BootConfig): BootInput {
  const { personalization, analytics } = consent
  return {
    v: 1,
    key,
    base,
    consent: personalization,
    ...(analytics === personalization ? {} : { analytics }),
    slots,
    ...(ask === undefined ? {} : { ask: ask && (['GET', ask] as const) }),
    ...(redirects ? { redirects } : {}),
  }
}
