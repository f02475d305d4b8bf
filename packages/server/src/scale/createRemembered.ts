/** Values by key, of which those are remembered that were touched last. */
export interface Remembered<T> {
  get(key: string): T | undefined
  /** The value, made where there is none, as the last to be forgotten. */
  touch(key: string): T
}

/** @param limit How many, at most. */
export function createRemembered<T>(limit: number, make: () => T): Remembered<T> {
  const values = new Map<string, T>()
  return {
    get: (key) => values.get(key),
    touch(key) {
      const value = values.get(key) ?? make()
      values.delete(key)
      values.set(key, value)
      const [oldest] = values.keys()
      if (values.size > limit && oldest !== undefined) values.delete(oldest)
      return value
    },
  }
}
