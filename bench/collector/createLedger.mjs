const ACKNOWLEDGED = 1
const STORED = 2

/**
 * What the senders were told, beside what is in the database; each knows nothing of the other. Events go by their number,
 * from 0 up, so that millions of them are a few megabytes.
 */
export function createLedger() {
  let marks = new Uint8Array(1 << 20)
  let acknowledged = 0
  let stored = 0
  let duplicates = 0
  let foreign = 0

  const grow = (number) => {
    if (number < marks.length) return
    const larger = new Uint8Array(Math.max(number + 1, marks.length * 2))
    larger.set(marks)
    marks = larger
  }

  return {
    /** The collector has answered that this event is on disk. */
    acknowledge(number) {
      grow(number)
      if (marks[number] & ACKNOWLEDGED) return
      marks[number] |= ACKNOWLEDGED
      acknowledged++
    },
    /** A row of the database; -1 for one that nobody of this run has sent. */
    find(number) {
      if (number < 0) return void foreign++
      grow(number)
      if (marks[number] & STORED) return void duplicates++
      marks[number] |= STORED
      stored++
    },
    /** `lost`: acknowledged and not in the database. `unasked`: there, and nobody was told so yet. */
    getState() {
      let lost = 0
      let unasked = 0
      for (const mark of marks) {
        if (mark === ACKNOWLEDGED) lost++
        if (mark === STORED) unasked++
      }
      return { acknowledged, stored, lost, duplicates, unasked, foreign }
    },
  }
}
