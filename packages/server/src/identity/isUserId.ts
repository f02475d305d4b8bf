/**
 * Whether this can be the site's own id of a user: 1 to 128 characters without white space, controls and `@`. An address is
 * what a person is called, not what a row is called: ids are kept as they are, so they must say nothing of anybody.
 */
export const isUserId = (value: unknown): value is string =>
  typeof value === 'string' && /^[^\p{Cc}\p{Cs}\s@]{1,128}$/u.test(value)

export const USER_EXPECTED =
  'expected the site’s own id of the user, 1 to 128 characters without spaces and @ (no e-mail address: use an id, or a keyed hash)'
