import type { ReadHeader } from '../http/getPublicUrl.ts'

/** What a visitor's browser says of itself with every request. */
export interface DeviceFacts {
  readonly type: 'mobile' | 'tablet' | 'desktop' | 'tv'
  /** `android`, `ios`, `windows`, `macos`, `chromeos`, `linux`, or `other`. */
  readonly os: string
  /** `chrome`, `edge`, `firefox`, `safari`, `samsung`, `opera`, `brave`, `chromium`, or `other`. */
  readonly browser: string
  /** Its main version; left out where it is not told. */
  readonly version?: number
}

type Named = readonly (readonly [RegExp, string])[]

/** Longer ones are nobody's, and patterns take their time. */
const MAX_LENGTH = 512

const TV = /\b(?:smart-?tv|appletv|googletv|hbbtv|bravia|crkey|web0s|aft[a-z]\b)|\btv\b/i
const TABLET = /\b(?:ipad|tablet|playbook|kindle|silk)\b/i
const MOBILE = /\b(?:iphone|ipod|windows phone|opera mini)\b|\bmobi/i

const SYSTEMS: Named = [
  [/windows/i, 'windows'],
  [/\b(?:iphone|ipad|ipod|ios)\b/i, 'ios'],
  [/android/i, 'android'],
  [/\bcros\b|chrom(?:e|ium) os/i, 'chromeos'],
  [/mac/i, 'macos'],
  [/linux|x11/i, 'linux'],
]

/** What the brands of client hints are called, the most particular first: each of them also says what it is made of. */
const BRANDS: Named = [
  [/^microsoft edge/i, 'edge'],
  [/^opera/i, 'opera'],
  [/^samsung internet/i, 'samsung'],
  [/^brave/i, 'brave'],
  [/^google chrome/i, 'chrome'],
  [/^chromium/i, 'chromium'],
]

/** Tokens of User-Agent, in the same order and for the same reason. */
const AGENTS: Named = [
  [/\bedg(?:e|a|ios)?\/(\d+)/i, 'edge'],
  [/\b(?:opr|opera|opx|opt)\/(\d+)/i, 'opera'],
  [/\bsamsungbrowser\/(\d+)/i, 'samsung'],
  [/\b(?:firefox|fxios)\/(\d+)/i, 'firefox'],
  [/\b(?:chrome|crios)\/(\d+)/i, 'chrome'],
  [/\bversion\/(\d+)\S* (?:mobile\/\S+ )?safari\//i, 'safari'],
]

const BRAND = /"((?:[^"\\]|\\.)*)"\s*;\s*v="(\d{1,5})/g

const name = (names: Named, text: string) => names.find(([pattern]) => pattern.test(text))?.[1]

function readBrowser(brands: string, agent: string): Pick<DeviceFacts, 'browser' | 'version'> {
  const told = [...brands.matchAll(BRAND)].map(([, brand, version]) => ({ brand: brand!, version: Number(version) }))
  for (const [pattern, browser] of BRANDS) {
    const found = told.find(({ brand }) => pattern.test(brand))
    if (found) return { browser, version: found.version }
  }
  for (const [pattern, browser] of AGENTS) {
    const version = pattern.exec(agent)?.[1]
    if (version !== undefined) return { browser, version: Number(version) }
  }
  return { browser: 'other' }
}

/**
 * The kind of device, its system and its browser: from the client hints that Chromium sends unasked
 * (https://wicg.github.io/ua-client-hints/), else from User-Agent. Undefined where neither is there. Nothing more is asked
 * for by Accept-CH: what is finer than this tells one visitor from another. An iPad that asks for desktop pages says that it
 * is a Mac, and is believed. Pure.
 */
export function readDevice(header: ReadHeader): DeviceFacts | undefined {
  const read = (of: string) => (header(of) ?? '').slice(0, MAX_LENGTH)
  const agent = read('user-agent')
  const brands = read('sec-ch-ua')
  const isMobile = read('sec-ch-ua-mobile')
  const system = read('sec-ch-ua-platform').replaceAll('"', '')
  if (!agent && !brands && !isMobile && !system) return undefined
  const os = name(SYSTEMS, system) ?? name(SYSTEMS, agent) ?? 'other'
  const isHinted = isMobile === '?0' || isMobile === '?1'
  // Android without `Mobile` is a tablet: https://developer.chrome.com/docs/multidevice/user-agent
  const isPhone = isHinted ? isMobile === '?1' : MOBILE.test(agent) && !TABLET.test(agent)
  const isTablet = TABLET.test(agent) || os === 'android'
  const type = TV.test(agent) ? 'tv' : isPhone ? 'mobile' : isTablet ? 'tablet' : 'desktop'
  return { type, os, ...readBrowser(brands, agent) }
}
