import type { Decision, Manifest } from '@unblink/protocol'
import type { SlotExplanation } from '../device/explainSlots.ts'
import type { PanelMessages } from './messages.ts'

export interface SlotFacts {
  readonly decision: Decision | undefined
  /** Who has decided, where that could be found out. */
  readonly by?: SlotExplanation['by'] | undefined
  /** The rules; left out where they could not be had. */
  readonly manifest?: Manifest | undefined
}

const getOwn = (texts: Readonly<Record<string, string>>, name: string) =>
  Object.prototype.hasOwnProperty.call(texts, name) ? texts[name] : undefined

/** Why a slot shows what it does, in the words of whoever looks at it. */
export function describeSlot({ decision, by, manifest }: SlotFacts, messages: PanelMessages): string {
  const { experience, reason } = decision ?? {}
  if (reason === 'override') return messages.preview
  if (reason === 'holdout') return messages.holdout
  if (experience === undefined) return messages.everyone
  const own = getOwn(messages.experiences, experience)
  if (own !== undefined) return own
  if (by === 'late') return messages.late
  const rule = manifest?.experiences.find(({ id }) => id === experience)
  if (reason === 'split' || rule?.kind === 'experiment') return messages.split
  return rule && rule.audience === undefined && rule.suppress === undefined ? messages.everyone : messages.targeted
}
