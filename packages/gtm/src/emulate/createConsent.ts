type Listener = (type: string, isGranted: boolean) => void

/** What Google's scripts of one page share about consent: type by type the update, else the default; a type never set counts as granted. */
export interface ConsentState {
  take(mode: 'default' | 'update', params: Readonly<Record<string, unknown>>): void
  isGranted(type: string): boolean
  onChange(type: string, listener: Listener): void
}

export function createConsent(): ConsentState {
  const defaults = new Map<string, boolean>()
  const updates = new Map<string, boolean>()
  const listeners = new Map<string, Listener[]>()
  const isGranted = (type: string) => updates.get(type) ?? defaults.get(type) ?? true
  return {
    isGranted,
    take(mode, params) {
      for (const [type, state] of Object.entries(params)) {
        if (state !== 'granted' && state !== 'denied') continue
        const before = isGranted(type)
        ;(mode === 'default' ? defaults : updates).set(type, state === 'granted')
        if (before !== isGranted(type)) listeners.get(type)?.forEach((listener) => listener(type, !before))
      }
    },
    onChange: (type, listener) => void listeners.set(type, [...(listeners.get(type) ?? []), listener]),
  }
}
