import type { Boot, Conversion, EventInput, JsonObject } from '@unblink/protocol'
import { forget } from './memory.ts'

type Track = (event: EventInput) => unknown

const COMMANDS: Record<string, (track: Track, ...values: never[]) => unknown> = {
  /** A declared goal was reached: `unblink.push('conversion', { goal, value?, currency? })`. */
  conversion: (track, conversion: Conversion) => track({ t: 'conversion', p: conversion }),
  /** Who the visitor is or what they hold has changed, a log-out say: remembered decisions are void. `unblink.push('forget')` */
  forget: () => forget(),
  /** Anything else worth keeping: `unblink.push('event', name, props?)`. */
  event: (track, name: string, props?: JsonObject) => track({ t: 'custom', p: props ? { name, props } : { name } }),
}

/**
 * Runs what the page pushed before the runtime came, then what it pushes from now on, in order; a push then returns what its
 * command does.
 * @returns Puts the queue back in place, so that pushes wait again.
 */
export function runCommands(boot: Boot<Element, ChildNode>, track: Track): () => void {
  const run = ([name, ...values]: unknown[]) => {
    const command = Object.hasOwn(COMMANDS, String(name)) ? COMMANDS[String(name)] : undefined
    if (command) return command(track, ...(values as never[]))
    console.warn(`[unblink] Unknown command "${String(name)}". Commands are: ${Object.keys(COMMANDS).join(', ')}.`)
  }
  const wait = boot.push
  boot.queue.splice(0).forEach(run)
  boot.push = (...command) => run(command)
  return () => {
    boot.push = wait
  }
}
