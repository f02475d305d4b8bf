/** Bytes on the wire (UTF-8). */
export const getByteLength = (text: string): number => new TextEncoder().encode(text).length
