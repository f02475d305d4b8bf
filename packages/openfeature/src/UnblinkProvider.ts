import { ErrorCode, OpenFeatureEventEmitter, ProviderEvents, StandardResolutionReasons } from '@openfeature/web-sdk'
import type {
  EvaluationContext,
  JsonValue,
  Provider,
  ResolutionDetails,
  TrackingEventDetails,
} from '@openfeature/web-sdk'
import { createSlotStore, push, track } from '@unblink/browser/store'
import type { Boot, GoalName, JsonObject } from '@unblink/protocol'
import { readFlag, type Flag } from './readFlag.ts'
import { toResolutionReason } from './toResolutionReason.ts'
import { whenSnippet } from './whenSnippet.ts'

export interface UnblinkProviderOptions {
  /**
   * Which tracking events are conversions, by their goals' ids; all others become custom events with their details as
   * props. @default every tracking event is a conversion
   */
  readonly goals?: readonly GoalName[]
}

type PageBoot = Boot<Element, ChildNode>

/** What of a flag makes an evaluation come out as it does; records change, so they are not compared themselves. */
const toSignature = (flag: Flag): string => JSON.stringify([flag.isOn, flag.variant, flag.content, flag.reason])

/**
 * The decisions of the page as OpenFeature flags, one for each slot by its name:
 *
 * - string: the id of the variant that the slot shows, also of a control;
 * - boolean: whether it shows a variant that is no default;
 * - object: the props of the variant's component, or else its content.
 *
 * Where the slot shows its default, a string or object flag is the caller's default. Ready when every slot of the view has
 * its decision or has reached its deadline; stale while the slots of the next route are being decided. Evaluating a flag
 * neither claims nor exposes a slot: what has been shown is counted, not what was asked for.
 */
export class UnblinkProvider implements Provider {
  readonly metadata = { name: 'unblink' } as const
  readonly runsOn = 'client'
  /** `PROVIDER_STALE` at a route change, then `PROVIDER_READY`; `PROVIDER_CONFIGURATION_CHANGED` for flags that changed. */
  readonly events = new OpenFeatureEventEmitter()
  readonly #goals: ReadonlySet<string> | undefined
  #boot: PageBoot | undefined
  #told: Readonly<Record<string, string>> = {}
  #isSettled = false
  #stop = () => {}

  constructor({ goals }: UnblinkProviderOptions = {}) {
    this.#goals = goals && new Set(goals)
  }

  /** Resolves when no flag is pending any more, which the deadlines bound. Rejects where there is no snippet. */
  async initialize(): Promise<void> {
    await this.onClose()
    const boot = await whenSnippet()
    await new Promise<void>((resolve) => {
      let isPlanned = false
      let isStopped = false
      const look = () => {
        isPlanned = false
        if (isStopped) return
        const flags = Object.entries(boot.slots).map(([name, slot]) => [name, readFlag(slot, boot.reply)] as const)
        const isSettled = !flags.some(([, { isPending }]) => isPending)
        if (this.#boot) this.#tell(flags, isSettled)
        else if (isSettled) {
          this.#boot = boot
          this.#isSettled = true
          this.#told = Object.fromEntries(flags.map(([name, flag]) => [name, toSignature(flag)]))
          resolve()
        }
      }
      // Several changes of one task are one event; and no handler of the page runs inside the snippet.
      const plan = () => {
        if (!isPlanned) queueMicrotask(look)
        isPlanned = true
      }
      const unsubscribe = createSlotStore('').subscribe(plan)
      this.#stop = () => {
        isStopped = true
        unsubscribe()
        // Whoever still waits has been given up together with the provider.
        resolve()
      }
      look()
    })
  }

  #tell(flags: readonly (readonly [string, Flag])[], isSettled: boolean): void {
    const wasSettled = this.#isSettled
    this.#isSettled = isSettled
    if (wasSettled && !isSettled) this.events.emit(ProviderEvents.Stale)
    // What is pending keeps what was told of it: a change to "not known yet" would make the page render its default.
    const known = flags
      .filter(([, { isPending }]) => !isPending)
      .map(([name, flag]) => [name, toSignature(flag)] as const)
    const flagsChanged = known.filter(([name, signature]) => this.#told[name] !== signature).map(([name]) => name)
    this.#told = { ...this.#told, ...Object.fromEntries(known) }
    if (isSettled && !wasSettled) this.events.emit(ProviderEvents.Ready)
    if (flagsChanged.length > 0) this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged })
  }

  /** Back to what it was before `initialize`, which may follow again. The page's slots are not touched. */
  async onClose(): Promise<void> {
    this.#stop()
    this.#stop = () => {}
    this.#boot = undefined
    this.#isSettled = false
    this.#told = {}
  }

  /**
   * Another visitor at the same screen: what this device remembers for the next view is void. The flags stay as they are,
   * because decisions are made for the profile that the server knows, and nothing is swapped under the visitor's eyes.
   */
  onContextChange(old: EvaluationContext, next: EvaluationContext): void {
    if (old.targetingKey !== undefined && old.targetingKey !== next.targetingKey) push('forget')
  }

  resolveBooleanEvaluation(flagKey: string, defaultValue: boolean): ResolutionDetails<boolean> {
    return this.#resolve(flagKey, defaultValue, ({ isOn }) => isOn)
  }

  resolveStringEvaluation(flagKey: string, defaultValue: string): ResolutionDetails<string> {
    return this.#resolve(flagKey, defaultValue, ({ variant }) => variant ?? defaultValue)
  }

  /** A slot has no number: always `TYPE_MISMATCH`, or `FLAG_NOT_FOUND`. */
  resolveNumberEvaluation(flagKey: string, defaultValue: number): ResolutionDetails<number> {
    return this.#resolve(flagKey, defaultValue, () => undefined)
  }

  resolveObjectEvaluation<T extends JsonValue>(flagKey: string, defaultValue: T): ResolutionDetails<T> {
    return this.#resolve(flagKey, defaultValue, ({ content }) => {
      if (!content) return defaultValue
      // The caller names the type of what the site's configuration holds, as with every OpenFeature object.
      return (content.component === undefined ? content : (content.props ?? {})) as unknown as T
    })
  }

  /** A conversion, or a custom event: see `goals`. Of a conversion `value` and `currency` are kept. Never throws. */
  track(trackingEventName: string, _context: EvaluationContext, details: TrackingEventDetails = {}): void {
    if (this.#goals && !this.#goals.has(trackingEventName)) {
      // Dates become strings: only JSON travels.
      const props = JSON.parse(JSON.stringify(details)) as JsonObject
      void track.event(trackingEventName, Object.keys(props).length > 0 ? props : undefined)
      return
    }
    const { value, currency } = details
    void track.conversion({
      goal: trackingEventName,
      ...(typeof value === 'number' ? { value } : {}),
      ...(typeof currency === 'string' ? { currency } : {}),
    })
  }

  #resolve<T>(flagKey: string, defaultValue: T, pick: (flag: Flag) => T | undefined): ResolutionDetails<T> {
    const fail = (errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> => ({
      value: defaultValue,
      reason: StandardResolutionReasons.ERROR,
      errorCode,
      errorMessage: `[unblink] ${errorMessage}`,
    })
    const boot = this.#boot
    if (!boot) return fail(ErrorCode.PROVIDER_NOT_READY, 'Nothing is decided yet. Wait for PROVIDER_READY.')
    const slot = Object.hasOwn(boot.slots, flagKey) ? boot.slots[flagKey] : undefined
    if (!slot)
      return fail(
        ErrorCode.FLAG_NOT_FOUND,
        `No slot "${flagKey}". Flags are the slots that the snippet declares: ${Object.keys(boot.slots).join(', ')}.`,
      )
    const flag = readFlag(slot, boot.reply)
    if (flag.isPending)
      return fail(ErrorCode.PROVIDER_NOT_READY, `Slot "${flagKey}" is not decided yet. Wait for PROVIDER_READY.`)
    const value = pick(flag)
    if (value === undefined)
      return fail(ErrorCode.TYPE_MISMATCH, `Slot "${flagKey}" is no number. Ask for a string, a boolean or an object.`)
    const { variant, experience, reason } = flag
    if (reason === 'error')
      return fail(ErrorCode.GENERAL, `Slot "${flagKey}" shows its default, because its decision failed.`)
    return {
      value,
      reason: toResolutionReason(reason),
      ...(variant === undefined ? {} : { variant }),
      flagMetadata: { reason, ...(experience === undefined ? {} : { experience }) },
    }
  }
}
