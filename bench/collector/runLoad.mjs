import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { readUsage } from './startProcess.mjs'

const load = fileURLToPath(new URL('./load.mjs', import.meta.url))
const SAMPLE_MS = 1_000

/**
 * Loads a running server from a process of its own, and watches the server meanwhile. `task` is what load.mjs takes. Resolves
 * to the load's result, with `usage` (the server's at the begin of each phase, by name) and `maxRssBytes`.
 */
export async function runLoad(task, onSecond = () => {}) {
  const child = fork(load, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const usage = {}
  const pending = []
  let maxRssBytes = 0
  const sample = async () => {
    const { cpuSeconds, rssBytes } = await readUsage(task.url)
    maxRssBytes = Math.max(maxRssBytes, rssBytes)
    return { cpuSeconds }
  }
  const timer = setInterval(() => pending.push(sample().catch(() => undefined)), SAMPLE_MS)
  try {
    const result = await new Promise((resolve, reject) => {
      child.on('message', ({ began, second, result: end }) => {
        if (began) pending.push(sample().then((one) => (usage[began] = one), reject))
        if (second) onSecond(second)
        if (end) resolve(end)
      })
      child.on('error', reject)
      child.on('exit', (code) => reject(new Error(`The load ended with ${code} before it was through.`)))
      child.send(task)
    })
    await Promise.all(pending)
    return { ...result, usage, maxRssBytes }
  } finally {
    clearInterval(timer)
    child.kill()
  }
}
