import { onEvent } from '@unblink/page'
import type { Manifest, ProfileReply } from '@unblink/protocol'
import { loadMore } from '../loadMore.ts'
import { findSlot } from '../observe/findSlot.ts'
import type { ObserveContext } from '../observe/ObserveContext.ts'
import { place, placeBaseline } from '../place.ts'
import type { Device, DeviceInput } from './createDevice.ts'
import { dismissSlot } from './dismissSlot.ts'

/** Enough for the first seconds of a view. Where nobody ever comes for them they must not grow. */
const MAX_CALLS = 50

type Calls = Omit<Device, 'manifest' | 'decide' | 'explain'>

/** What the page decides beside the server; all but this file is fetched only when a reply leaves it something. */
export interface FollowUp {
  /** The device, with the rules as they are now. Rejects when one of the two cannot be had. */
  load(): Promise<Device>
  /** Calls the device: at once, or as soon as it is there; then the result is undefined. */
  call<Name extends keyof Calls>(name: Name, ...given: Parameters<Calls[Name]>): ReturnType<Calls[Name]> | undefined
  /** A reply as it is to be remembered; undefined where a cap might forbid it, and nobody is here to tell. */
  take(reply: ProfileReply): ProfileReply | undefined
  /** Gives a slot its default back, for this view. */
  dismiss(slot: string): void
  /** See `SlotExplanation`. Rejects when rules or engine cannot be had. */
  explain(): Promise<unknown>
  /** Watches a view, until the undo that it returns. */
  watch(context: ObserveContext): () => void
}

export function createFollowUp(input: Omit<DeviceInput, 'put' | 'restore'>): FollowUp {
  const { boot } = input
  let device: Device | undefined
  let isPreview = false
  const calls: (() => unknown)[] = []

  const call: FollowUp['call'] = (name, ...given) => {
    // What belongs to a name is given with it, which is more than the types can follow.
    const run = () => (device![name] as (...given: unknown[]) => never)(...given)
    if (device) return run()
    // In order and as many as a few views have. What a talkative page says must not push out that its view has begun.
    if (name === 'hear' && calls.length >= MAX_CALLS) return undefined
    if (calls.push(run) > 2 * MAX_CALLS) calls.shift()
    return undefined
  }
  const dismiss = (name: string) => {
    const experience = dismissSlot(boot, name)?.experience
    if (experience !== undefined) call('dismiss', experience)
    boot.onChange(boot.slots[name])
  }
  const load = async () => {
    // Side by side: whoever has no rules has no need of the engine either.
    const [{ createDevice }, manifest] = await Promise.all([
      loadMore(),
      fetch(`${boot.base}/v1/m?key=${encodeURIComponent(boot.key)}`).then(
        (response) => response.json() as Promise<Manifest>,
      ),
    ])
    device ??= createDevice({ ...input, put: place, restore: placeBaseline })
    device.manifest = manifest
    calls.splice(0).forEach((run) => run())
    return device
  }
  return {
    load,
    call,
    explain: async () => (await load()).explain(),
    take(reply) {
      if (!isPreview && reply.decisions?.some(({ reason }) => reason === 'override')) {
        isPreview = true
        console.warn('[unblink] This is a preview. What it shows is not counted.')
      }
      return call('take', reply) ?? (reply.rest ? undefined : reply)
    },
    dismiss,
    watch(context) {
      call('open', context)
      const undo = onEvent('click', (event: Event) => {
        const path = event.composedPath() as HTMLElement[]
        const slot = findSlot(context.getSlots(), path)
        // Not asked of the element itself: a form's field of that name would stand in for the method.
        if (slot && path.some(({ dataset }) => dataset?.['unblinkDismiss'] !== undefined)) dismiss(slot.name)
      })
      return () => {
        undo()
        call('close')
      }
    },
  }
}
