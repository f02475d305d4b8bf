/**
 * The runtime's file beside the server's other ones. Where its content is fixed by an integrity, the address tells so: under
 * the plain one browsers may still keep the version before, which the page would refuse.
 */
export const getRuntimeFile = (integrity?: string): string =>
  integrity ? `unblink.js?${integrity.slice(7, 17).replace(/\W/g, '-')}` : 'unblink.js'
