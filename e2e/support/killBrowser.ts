import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Ids of the processes that were started with this text among their arguments. */
const findProcesses = (text: string) =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text)
    } catch {
      return false // it has ended meanwhile
    }
  })

/**
 * Finds the browser that runs on this profile folder, while nothing is urgent; Linux only, because it reads `/proc`.
 * `kill` ends it and all its processes at once, as the kernel does when memory runs out: no handler runs, nothing is
 * flushed. `whenGone` resolves when none is left, so that the next browser may have the profile. Throws when none is found.
 */
export function findBrowser(profileDir: string): { kill(): void; whenGone(): Promise<void> } {
  // Playwright starts each browser as the leader of a process group of its own.
  const leader = findProcesses(profileDir).find((pid) => {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [, , group] = status.slice(status.lastIndexOf(')') + 2).split(' ')
    return group === pid
  })
  if (!leader) throw new Error(`No browser runs on ${profileDir}. Launch one with it before looking for its processes.`)
  return {
    kill: () => process.kill(-Number(leader), 'SIGKILL'),
    async whenGone() {
      while (findProcesses(profileDir).length > 0) await sleep(10)
    },
  }
}
