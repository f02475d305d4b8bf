/**
 * A script as an element of HTML. The script must not end the element: values go into it by `toScriptJson`.
 * @param nonce For pages whose Content-Security-Policy uses nonces; characters that no nonce has are left out.
 */
export function renderScript(script: string, nonce?: string): string {
  const attribute = nonce ? ` nonce="${nonce.replace(/[^\w+/=-]/g, '')}"` : ''
  return `<script${attribute}>${script}</script>`
}
