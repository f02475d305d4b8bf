import type { Site } from '../../site/site.ts'
import { foldMessage, type FoldedState, type SequencedMessage } from '../foldedState.ts'

/** What happens to a visitor at once, as far as webhooks are concerned. */
export interface Step {
  readonly before: FoldedState
  readonly after: FoldedState
  readonly messages: readonly SequencedMessage[]
  readonly last: SequencedMessage
}

/** Events that a page has sent together are one step, as they are one transaction in the embedded database. */
export function* splitSteps(before: FoldedState, messages: readonly SequencedMessage[], site: Site): Generator<Step> {
  const getBatch = ({ message }: SequencedMessage) =>
    message.type === 'event' && message.stored.event.t !== 'attributes' ? message.stored.receivedAt : undefined
  let state = before
  let open: SequencedMessage[] = []
  for (const [index, message] of messages.entries()) {
    if (message.seq <= before.seq) continue
    open.push(message)
    const next = messages[index + 1]
    if (next && getBatch(message) !== undefined && getBatch(next) === getBatch(message)) continue
    const after = open.reduce((known, one) => foldMessage(known, one, site), state)
    yield { before: state, after, messages: open, last: message }
    state = after
    open = []
  }
}
