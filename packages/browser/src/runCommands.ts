import type { Action, Boot, Consent, Conversion, EventInput, JsonObject } from '@unblink/protocol'
import type { RareTargets } from './identity/runRare.ts'
import { loadRare } from './loadMore.ts'

/** What commands act on. */
export interface CommandTargets extends RareTargets {
  readonly track: (event: EventInput) => unknown
  readonly hydrate: () => void
  readonly setConsent: (consent: Partial<Consent>) => void
  readonly dismiss: (slot: string) => void
  readonly explain: () => Promise<unknown>
}

const COMMANDS: Record<string, (targets: CommandTargets, ...values: never[]) => unknown> = {
  /** A declared goal was reached: `unblink.push('conversion', { goal, value?, currency? })`. */
  conversion: ({ track }, conversion: Conversion) => track({ t: 'conversion', p: conversion }),
  /**
   * The visitor has answered, or withdraws: `unblink.push('consent', { personalization?, analytics? })`. What is withdrawn
   * is erased in this browser at once; what is granted counts from the next view on.
   */
  consent: ({ setConsent }, consent: Partial<Consent>) => setConsent(consent),
  /**
   * Who the visitor is or what they hold has changed, a log-out say: remembered decisions are void, and what this device
   * has counted. `unblink.push('forget')`
   */
  forget: ({ forget }) => forget(),
  /** The visitor wants a variant out of their sight: its slot shows its default again. `unblink.push('dismiss', slot)` */
  dismiss: ({ dismiss }, slot: string) => dismiss(slot),
  /** For the console: a promise of how each slot comes to show what it does. `await unblink.push('explain')` */
  explain: ({ explain }) => explain(),
  /** Anything else worth keeping: `unblink.push('event', name, props?)`. */
  event: ({ track }, name: string, props?: JsonObject) => track({ t: 'custom', p: props ? { name, props } : { name } }),
  /** The framework owns its nodes now: slots with `defer` may be swapped. `unblink.push('hydrated')` */
  hydrated: ({ hydrate }) => hydrate(),
  /**
   * For engines without `setHTML`: makes a node of markup, whatever is unsafe left out; it must be there before the first
   * content is. `unblink.push('sanitizer', (html) => DOMPurify.sanitize(html, { RETURN_DOM_FRAGMENT: true }))`
   */
  sanitizer: (_, sanitize: (html: string) => Node) => void (window.unblink!.sanitize = sanitize),
  /**
   * A function of the page's own that contents may name; of two of one name the later counts. It must be there before the
   * deadline of the slot: `unblink.push('action', name, (element, props) => undo)`. See `Action`.
   */
  action(_, name: string, run: Action<Element>) {
    const boot = window.unblink!
    boot.actions = { ...boot.actions, [name]: run }
    boot.onAction?.()
  },
}

/**
 * Runs what the page pushed before, then what it pushes from now on, in order; a push then returns what its command does.
 * @returns Puts the queue back in place, so that pushes wait again.
 */
export function runCommands(boot: Boot<Element, ChildNode>, targets: CommandTargets): () => void {
  const run = (pushed: unknown[]) => {
    const [name, ...values] = pushed as [string]
    if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!(targets, ...(values as never[]))
    // Those that few pages push are a file of their own, which knows whether there is such a command; blocked, there is none.
    return loadRare().then(
      ({ runRare }) => runRare(boot, targets, pushed, COMMANDS),
      () => false,
    )
  }
  const wait = boot.push
  boot.queue.splice(0).forEach(run)
  boot.push = (...command) => run(command)
  return () => {
    boot.push = wait
  }
}
