import { createHash } from 'node:crypto'

/** A set of ids that only grows, at 8 to 16 bytes each however long they are. */
export interface IdSet {
  /** False for one that is in it. */
  add(id: string): boolean
}

/** 64 bits: among ten million ids, two are alike once in 300 000 such sets. Never 0, which marks a free place. */
const hash = (id: string) => createHash('sha1').update(id).digest().readBigUInt64LE() || 1n

export function createIdSet(): IdSet {
  let places = new BigUint64Array(1_024)
  let count = 0

  /** Where it is, or where it would be. */
  const find = (value: bigint): number => {
    let place = Number(value % BigInt(places.length))
    while (places[place] !== 0n && places[place] !== value) place = (place + 1) % places.length
    return place
  }

  const grow = () => {
    const known = places
    places = new BigUint64Array(2 * known.length)
    for (const value of known) if (value !== 0n) places[find(value)] = value
  }

  return {
    add(id) {
      const value = hash(id)
      if (places[find(value)] === value) return false
      if (2 * ++count > places.length) grow()
      places[find(value)] = value
      return true
    },
  }
}
