/** Every way in which a page can keep something in a browser, as it was used: `localStorage`, `document.cookie =`, … */
export interface StorageWitness {
  readonly touches: string[]
}

/**
 * Puts an ear on every storage API of the page: what the accessors of the window hand out, and what the objects behind them
 * do, so that a reference which somebody got another way is heard, too. Runs in the page, before any script of its own.
 */
export function watchStorage(): void {
  const touches: string[] = []
  Object.assign(window, { storageWitness: { touches } })

  const hear = (name: string) => void touches.push(name)
  const onGet = (target: object | undefined, name: string, label = name) => {
    for (let holder: object | null = target ?? null; holder; holder = Object.getPrototypeOf(holder) as object | null) {
      const found = Object.getOwnPropertyDescriptor(holder, name)
      if (!found) continue
      const { get, set } = found
      if (!get) return
      return void Object.defineProperty(holder, name, {
        ...found,
        get(this: unknown) {
          hear(label)
          return get.call(this) as unknown
        },
        ...(set && {
          set(this: unknown, value: unknown) {
            hear(`${label} =`)
            set.call(this, value)
          },
        }),
      })
    }
  }
  const onCall = (name: string, methods: readonly string[]) => {
    const { prototype } = (window as unknown as Record<string, { prototype?: object }>)[name] ?? {}
    for (const method of prototype ? methods : []) {
      const own = (prototype as Record<string, unknown>)[method]
      if (typeof own !== 'function') continue
      Object.defineProperty(prototype, method, {
        configurable: true,
        writable: true,
        value(this: unknown, ...given: unknown[]) {
          hear(`${name}.${method}`)
          return Reflect.apply(own, this, given) as unknown
        },
      })
    }
  }

  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore', 'name'])
    onGet(window, name)
  onGet(Document.prototype, 'cookie', 'document.cookie')
  for (const name of ['serviceWorker', 'storage', 'storageBuckets', 'credentials'])
    onGet(Navigator.prototype, name, `navigator.${name}`)
  onCall('Storage', ['getItem', 'setItem', 'removeItem', 'clear', 'key'])
  onCall('IDBFactory', ['open', 'deleteDatabase', 'databases', 'cmp'])
  onCall('CacheStorage', ['open', 'match', 'has', 'keys', 'delete'])
  onCall('CookieStore', ['get', 'getAll', 'set', 'delete'])
  onCall('ServiceWorkerContainer', ['register', 'getRegistration', 'getRegistrations'])
  onCall('StorageManager', ['getDirectory', 'persist', 'persisted', 'estimate'])
  onCall('History', ['pushState', 'replaceState'])
  onCall('Document', ['requestStorageAccess', 'hasStorageAccess'])
}
