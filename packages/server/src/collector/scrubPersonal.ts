/** Bounded repeats, so that no text makes it slow. `%40` is the sign in an address. */
const EMAIL = /[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/gi
/** 13 to 19 digits, in groups or not. */
const CARD = /\b\d(?:[ -]?\d){12,18}\b/g
/** https://www.swift.com/resource/iban-registry-pdf: country, two check digits, 11 to 30 characters, in groups of four or not. */
const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b/g
/** International, or national with its area code apart; a date or an amount is none. */
const PHONE = /(?:\+|\b00)[1-9](?:[ ()./-]{0,2}\d){7,14}\b|\(?\b0\d{1,4}\)?[ /-](?:[ -]?\d){5,9}\b/g
/** The parts of a JSON web token, or 24 letters and digits without a break: a session, a password to be reset. */
const TOKEN = /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?|\b(?=[A-Z_]*\d)\w{24,}\b/gi

const isCard = (text: string) => {
  const digits = [...text.replace(/\D/g, '')].reverse().map(Number)
  // https://en.wikipedia.org/wiki/Luhn_algorithm
  const sum = digits.reduce((total, digit, index) => total + (index % 2 ? ((digit * 2 - 1) % 9) + 1 : digit), 0)
  return sum % 10 === 0 && digits.some((digit) => digit > 0)
}

const isIban = (text: string) => {
  const compact = text.replaceAll(' ', '')
  const rotated = compact.slice(4) + compact.slice(0, 4)
  // Letters count from 10; the remainder is taken digit by digit, because the number is too long for one.
  const digits = rotated.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1
}

export const scrubEmail = (text: string): string => text.replace(EMAIL, '[email]')

/**
 * Replaces what tells who somebody is in a text that people read, each by its kind in brackets: e-mail addresses, payment cards
 * and IBANs (both pass their checks), telephone numbers, and tokens.
 */
export const scrubPersonal = (text: string): string =>
  scrubEmail(text)
    .replace(IBAN, (found) => (isIban(found) ? '[iban]' : found))
    .replace(CARD, (found) => (isCard(found) ? '[card]' : found))
    .replace(TOKEN, (found) => (/\D/.test(found) ? '[token]' : found))
    .replace(PHONE, '[phone]')
