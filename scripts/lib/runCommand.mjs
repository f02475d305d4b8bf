import { spawn } from 'node:child_process'
import { root } from './fromRoot.mjs'

/**
 * Runs a program from the top folder, its output shown as it comes, without standard input.
 * Resolves to its exit code, 128 for a death by signal, 127 when it could not be started.
 */
export const runCommand = (command, args, { env = {}, cwd = root } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', (error) => {
      console.error(`could not start ${command}: ${error.message}`)
      resolve(127)
    })
    child.once('close', (code) => resolve(code ?? 128))
  })

/** The same with the output collected instead of shown: `{ code, output }`, standard output and error together. */
export const captureCommand = (command, args, { env = {}, cwd = root } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text))
    child.once('error', (error) => resolve({ code: 127, output: `could not start ${command}: ${error.message}` }))
    child.once('close', (code) => resolve({ code: code ?? 128, output: output.trim() }))
  })
