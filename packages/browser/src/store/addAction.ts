import type { Action, ActionName, ActionProps } from '@unblink/protocol'
import { push } from './push.ts'

/**
 * Gives the runtime an action of the page's own, for contents that name it; of two of one name the later counts. Does nothing
 * where there is no snippet. Call it before the deadline of the slots: as early as the page can.
 */
export const addAction = <Name extends ActionName>(name: Name, run: Action<Element, ActionProps<Name>>): void =>
  void push('action', name, run)
