import { readFileSync } from 'node:fs'

/**
 * Milliseconds since boot in which some task had to wait for a processor
 * (https://docs.kernel.org/accounting/psi.html). Undefined where the kernel does not say.
 */
export function getCpuPressureMs() {
  try {
    return Number(/^some .*total=(\d+)/m.exec(readFileSync('/proc/pressure/cpu', 'utf8'))[1]) / 1000
  } catch {
    return undefined // not Linux, or switched off
  }
}
