/** Digits of five bits and one that says that more follow, the lowest first. */
export const PACK_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Whole numbers, each from -(2^30 - 1) to 2^30 - 1, as text: signed base64 VLQ, as source maps have it
 * (https://tc39.es/ecma426/#sec-VLQBase64-decode). One character up to 15, two up to 511.
 */
export const packNumbers = (numbers: readonly number[]): string =>
  numbers
    .map((number) => {
      let rest = number < 0 ? (-number << 1) | 1 : number << 1
      let text = ''
      do {
        const digit = rest & 31
        rest >>>= 5
        text += PACK_DIGITS[rest ? digit | 32 : digit]
      } while (rest)
      return text
    })
    .join('')
