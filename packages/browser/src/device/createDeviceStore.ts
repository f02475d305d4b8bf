import { rollOn, type DeviceState } from './deviceState.ts'

const KEY = 'unblink.device'

export interface DeviceStore {
  /** As of now: see `rollOn`. */
  _read(): DeviceState
  _write(state: DeviceState): void
  /** Forgets what is kept in this page; storage is erased by whoever withdraws the consent. */
  _forget(): void
}

/** Keeps the device's state in localStorage while that is allowed, else in this page; other tabs' changes are seen. */
export function createDeviceStore(mayRemember: () => boolean): DeviceStore {
  let inPage: DeviceState | undefined
  return {
    _read() {
      let stored: unknown
      try {
        stored = mayRemember() && JSON.parse(localStorage[KEY] as string)
      } catch {
        // Empty, spoilt or refused.
      }
      return rollOn(stored || inPage || {}, Date.now())
    },
    _write(state) {
      inPage = state
      try {
        if (!mayRemember()) return
        localStorage[KEY] = JSON.stringify(state)
        inPage = undefined
      } catch {
        // Refused or full: this page remembers.
      }
    },
    _forget() {
      inPage = undefined
    },
  }
}
