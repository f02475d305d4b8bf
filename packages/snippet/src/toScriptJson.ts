/**
 * A value as JSON that may stand in an inline script: escapes what would end the script element or a line of script
 * (https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements).
 */
export const toScriptJson = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029')
