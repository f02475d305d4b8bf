import type { ProfileReply } from '@unblink/protocol'
import { renderScript, toScriptJson } from '@unblink/snippet'

/**
 * A reply as an inline script, for pages whose snippet was given `ask: ''` and so waits for it. It may stand anywhere after
 * the snippet, and should stand before the first slot: a slot that is parsed later is then never hidden.
 * @param reply null where there is none to be had: every slot then shows its baseline at once, not at its deadline.
 * @param nonce Put on the element for pages whose policy uses nonces.
 */
export const renderReply = (reply: ProfileReply | null, nonce?: string): string =>
  // On a page without the snippet, it does nothing rather than fail.
  renderScript(`window.unblink&&unblink.answer(${toScriptJson(reply)})`, nonce)
