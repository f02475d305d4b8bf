import { isbot } from 'isbot'

/** No browser's is longer, and a pattern shall not have to read what a sender makes up. */
const MAX_LENGTH = 500

/** Whether a User-Agent header is a crawler's, a tool's or a browser's without a person, by the list of the package isbot. */
export const isBot = (userAgent: string): boolean => userAgent === '' || isbot(userAgent.slice(0, MAX_LENGTH))
