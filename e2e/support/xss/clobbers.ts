import { fill } from './fill.ts'

/** Names by which an element stands in for what scripts of the page, or ours, use. */
const NAMES = [
  'unblink',
  'document',
  'body',
  'head',
  'forms',
  'cookie',
  'location',
  'currentScript',
  'defaultView',
  'getElementById',
  'querySelectorAll',
  'createElement',
  'fired',
  'attributes',
  'childNodes',
  'innerHTML',
  'nodeName',
  'parentNode',
  'setAttribute',
  'remove',
  'constructor',
  '__proto__',
  'toString',
  'DOMPurify',
  'trustedTypes',
] as const

/** As `html`: names that must not reach the page's own objects. */
export const CLOBBERS: readonly string[] = NAMES.flatMap((name) => [
  fill(`<form id=${name} name=${name}><input name=${name}><input name=id></form>`),
  fill(`<img name=${name} id=${name} src=/ok.svg><embed name=${name}><object id=${name}></object>`),
  fill(`<FORM NAME=${name}><INPUT NAME=id></FORM>`),
  fill(`<a id=${name}>x</a><a id=${name} name=${name} href="javascript:$">x</a>`),
])

/** Handlers that crash Chromium 156 when its own `setHTML` takes them off and nobody has named them: see `getSanitizer`. */
const RARE_HANDLERS = [
  'beforematch', 'transitionrun', 'transitionstart', 'transitioncancel', 'beforexrselect', 'fullscreenchange', 'fullscreenerror',
  'rejectionhandled', 'unhandledrejection', 'gamepadconnected', 'gamepaddisconnected', 'pagereveal', 'appinstalled',
  'beforeinstallprompt', 'pageswap', 'readystatechange', 'pointerlockchange', 'pointerlockerror', 'freeze',
  'prerenderingchange', 'resume', 'visibilitychange', 'encrypted', 'waitingforkey', 'finish', 'start', 'domcontentloaded',
] // prettier-ignore

/** As `html` that the runtime places: the snippet leaves handlers to the engine alone. */
export const CRASHERS: readonly string[] = RARE_HANDLERS.flatMap((name) =>
  ['<p on@=$>x</p>', '<svg on@ ="$"></svg>', '<marquee ON@=$>x</marquee>', '<video on@></video>'].map((tag) =>
    fill(tag.replaceAll('@', () => name)),
  ),
)
