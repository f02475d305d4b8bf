import { SlotState, type Boot, type EventInput } from '@unblink/protocol'

/**
 * The exposures of slots that really show a variant or a control, as the slots' own records tell them: beside an inline snippet
 * the runtime may have told them before anybody listened. Nothing while the page cannot be seen, because then nobody has been told.
 */
export const findMissed = ({ slots }: Pick<Boot, 'slots'>): readonly EventInput[] =>
  Object.entries(slots).flatMap(([slot, { state, element, decision, cause }]) => {
    const { experience, variant, content, reason } = decision ?? {}
    const isShown = element && state > SlotState.hidden && !cause && document.visibilityState === 'visible'
    if (!isShown || !experience || !variant || !reason || reason === 'holdout') return []
    const outcome = !content ? 'control' : state === SlotState.late ? 'late' : 'variant'
    return [{ t: 'exposure', p: { slot, experience, variant, outcome, reason, hiddenMs: 0 } }]
  })
