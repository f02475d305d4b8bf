const MAX_ID_CHARACTERS = 100

/** What is read of an element to name it. */
export interface Named {
  readonly localName?: unknown
  readonly id?: unknown
}

/**
 * An element by tag and id: `a#apply`. Doubts what it reads, because a form's fields stand in for its own members (an input
 * named `localName` or `id`).
 */
export const nameTarget = ({ localName, id }: Named): string =>
  (typeof localName === 'string' ? localName : 'form') +
  (typeof id === 'string' && id ? '#' + id.slice(0, MAX_ID_CHARACTERS) : '')
