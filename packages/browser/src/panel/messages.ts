/** Everything that the panel says, and what the site may say of its own slots and experiences. */
export interface PanelMessages {
  /** What opens it, where the page has put nothing into the element. */
  readonly open: string
  readonly title: string
  readonly close: string
  readonly label: string
  readonly on: string
  readonly off: string
  readonly pending: string
  readonly gpc: string
  /** Said once, after the switch was used. */
  readonly switchedOn: string
  readonly switchedOff: string
  readonly gainTitle: string
  readonly gain: string
  readonly whyTitle: string
  /** While the reasons are being fetched, and when there are none. */
  readonly wait: string
  readonly nothing: string
  readonly everyone: string
  readonly targeted: string
  readonly split: string
  readonly holdout: string
  readonly late: string
  readonly preview: string
  /** By a slot's name, what a visitor calls it. @default its aria-label, its first heading, its name */
  readonly slots: Readonly<Record<string, string>>
  /** By an experience's id, why somebody sees it: "Because you have read about mortgages." @default one of the above */
  readonly experiences: Readonly<Record<string, string>>
}

export const ENGLISH: PanelMessages = {
  open: 'Why am I seeing this?',
  title: 'Personalisation on this site',
  close: 'Close',
  label: 'Personalise this site for me',
  on: 'It is on. What you do on this site decides what you are shown first.',
  off: 'It is off. You see what everybody sees, and nothing is kept about you.',
  pending: 'It waits for your answer. Until then you see what everybody sees, and nothing is kept about you.',
  gpc: 'Your browser asks for privacy (Global Privacy Control), and we follow it: personalisation is off.',
  switchedOn: 'It is on from the next page on.',
  switchedOff: 'It is off now. What was known about you is being erased.',
  gainTitle: 'What you get when it is on',
  gain: 'What you came for is shown first, and what you have dealt with is not offered again. What is learnt stays with this site, and you can switch it off here at any time, which erases it.',
  whyTitle: 'What you see on this page, and why',
  wait: 'One moment …',
  nothing: 'Nothing on this page is personalised.',
  everyone: 'The same for everybody.',
  targeted: 'Chosen by what you have read and done on this site.',
  split: 'One of several versions that are being compared. Yours was drawn by lot.',
  holdout: 'You are one of the few who always see the page as it is, so that we learn what personalising is worth.',
  late: 'Chosen by what you have just done on this page.',
  preview: 'A preview that the people who make this site have asked for.',
  slots: {},
  experiences: {},
}
