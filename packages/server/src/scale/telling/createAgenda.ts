/** What is to be done when, in memory: the earliest first, however much there is. */
export interface Agenda<Key> {
  /** Undefined: nothing is to be done. */
  set(key: Key, due: number | undefined): void
  /** At most `limit` whose time has come; they stay until they are set anew. */
  getDue(at: number, limit: number): readonly Key[]
}

interface Entry<Key> {
  readonly key: Key
  readonly due: number
}

/** A binary heap; what was set anew leaves its old entry there, which is passed over when it comes up. */
export function createAgenda<Key>(): Agenda<Key> {
  const dues = new Map<Key, number>()
  let heap: Entry<Key>[] = []

  const push = (entry: Entry<Key>) => {
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (heap[parent]!.due <= entry.due) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = entry
  }

  const pop = () => {
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      if (left >= heap.length) break
      const child = left + 1 < heap.length && heap[left + 1]!.due < heap[left]!.due ? left + 1 : left
      if (heap[child]!.due >= last.due) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
  }

  return {
    set(key, due) {
      if (dues.get(key) === due) return
      if (due === undefined) return void dues.delete(key)
      dues.set(key, due)
      push({ key, due })
      if (heap.length <= 2 * dues.size + 1_000) return
      const entries = [...dues].map(([one, at]) => ({ key: one, due: at }))
      heap = []
      entries.forEach(push)
    },
    getDue(at, limit) {
      const found = new Map<Key, Entry<Key>>()
      for (let top = heap[0]; top && top.due <= at && found.size < limit; top = heap[0]) {
        pop()
        if (dues.get(top.key) === top.due) found.set(top.key, top)
      }
      for (const entry of found.values()) push(entry)
      return [...found.keys()]
    },
  }
}
