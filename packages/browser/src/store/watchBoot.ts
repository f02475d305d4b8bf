import type { Boot, BootSlotRecord } from '@unblink/protocol'

export type PageBoot = Boot<Element, ChildNode>
export type Slot = BootSlotRecord<Element, ChildNode>

/** What all stores of a page share, from whichever copy of this file they come: two apps may have bundled one each. */
export interface BootWatch {
  readonly boot: PageBoot
  /** Called after every change of a slot. */
  readonly listeners: Set<() => void>
  /** How many views the page has had since: each route change opens one. */
  view: number
  /** Monotonic milliseconds (performance.now) at which that view began, and its address. */
  startedAt: number
  page: string
  /** The records of the view before. */
  old: Readonly<Record<string, Slot>>
  /** A slot is being shown, and its record tells for that moment of another content than it has. */
  isMuted: boolean
  /** Fulfilled once the runtime takes commands. */
  readonly runtime: Promise<void>
  readonly tell: () => void
}

const KEY = Symbol.for('unblink.store')

const getPage = () => location.pathname + location.search

/**
 * The address is another already, and the view is still the one before: the runtime opens the next in a microtask. A router
 * that renders within the task of the address would else mount slots of the new page into the old view.
 */
export const isLeaving = ({ boot, page }: BootWatch): boolean => 'place' in boot && page !== getPage()

/** Hears of every change of the slots, beside the runtime, which takes `onChange` for itself whenever it comes. */
function watchBoot(boot: PageBoot): BootWatch {
  const { decide, open } = boot
  let { onChange } = boot
  let begin = () => {}
  const watch: BootWatch = {
    boot,
    listeners: new Set(),
    view: 0,
    startedAt: 0,
    page: getPage(),
    old: {},
    isMuted: false,
    runtime: new Promise((resolve) => (begin = resolve)),
    tell() {
      if (!watch.isMuted) watch.listeners.forEach((listener) => listener())
    },
  }
  const change: PageBoot['onChange'] = (slot) => {
    onChange(slot)
    watch.tell()
  }
  Object.defineProperty(boot, 'onChange', {
    configurable: true,
    enumerable: true,
    get: () => change,
    set(next: typeof onChange) {
      onChange = next
      // In the same task the runtime takes the commands, too.
      begin()
    },
  })
  boot.decide = (decisions) => {
    decide(decisions)
    watch.tell()
  }
  boot.open = (isRoute) => {
    watch.old = boot.slots
    watch.view++
    watch.startedAt = performance.now()
    watch.page = getPage()
    open(isRoute)
    watch.tell()
  }
  if ('place' in boot) begin()
  return watch
}

/** The page's one watch; undefined on the server, and in a page without a snippet. */
export function getBootWatch(): BootWatch | undefined {
  const boot =
    typeof window === 'object' ? (window.unblink as (PageBoot & { [KEY]?: BootWatch }) | undefined) : undefined
  // Without a snippet, an element with the id `unblink` goes by that name.
  return boot?.slots && (boot[KEY] ??= watchBoot(boot))
}
