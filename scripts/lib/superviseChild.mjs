import { spawn } from 'node:child_process'
import { root } from './fromRoot.mjs'

const GRACE_MS = 5_000

/**
 * Runs a Node script until it ends or is stopped, in a process group of its own: Ctrl-C then reaches it once, from us,
 * and not a second time from the terminal. Returns `{ ended, stop }`: `ended` resolves to the exit code, `stop()` asks
 * it to end, and kills it when it has not after five seconds.
 */
export function superviseChild(script, args) {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: process.platform !== 'win32',
  })
  const signal = (name) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    try {
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, name)
    } catch {
      // It has just ended by itself.
    }
  }
  const killNow = () => signal('SIGKILL')
  process.once('exit', killNow)
  const ended = new Promise((resolve) => {
    child.once('error', () => resolve(127))
    child.once('exit', (code) => resolve(code ?? 128))
  }).finally(() => process.off('exit', killNow))
  const stop = async () => {
    signal('SIGINT')
    const timer = setTimeout(killNow, GRACE_MS)
    await ended
    clearTimeout(timer)
  }
  return { ended, stop }
}
