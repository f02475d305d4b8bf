/** What a payload calls when it runs: the page under test keeps what it is called with. */
export const CALL = 'fired(1)'
/** The same from a frame. */
export const FRAME_CALL = 'parent.fired(1)'
/** Stands for an origin that nothing in the page has any business with; what is asked of it there is a payload that ran. */
export const CANARY = 'https://canary.invalid'

/** `$` stands for the call, `^` for the call from a frame, `~` for the canary. */
export const fill = (form: string): string =>
  form
    .replaceAll('$', () => CALL)
    .replaceAll('^', () => FRAME_CALL)
    .replaceAll('~', () => CANARY)

/** Every `step`th, so that a product of lists stays a sample of all of them. */
export const sample = <T>(list: readonly T[], step: number, from = 0): T[] =>
  list.filter((_, index) => index % step === from % step)
