/**
 * What Chromium loads beside every window though nobody looks at it: the popups of its address bar, pages of their own, which
 * take a second of processor time just when the page of a test or a benchmark loads.
 */
const OF_THE_ADDRESS_BAR = [
  'PreloadTopChromeWebUI',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'WebUIOmniboxPopup',
]

/** What Playwright 1.64 disables. Of several `--disable-features` only the last counts, so ours has to name these, too. */
const OF_PLAYWRIGHT = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'BlockOriginHeaderModificationOnRedirect',
  'DestroyProfileOnBrowserClose',
  'DialMediaRouteProvider',
  'GlobalMediaControls',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'Translate',
]

const toArgs = (disabledFeatures) => [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  `--disable-features=${disabledFeatures.join(',')}`,
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  // Chromium refuses to start as root with its sandbox.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]

/** For a Chromium that Playwright starts: it does what it is asked for and nothing else. */
export const chromiumArgs = toArgs([...OF_PLAYWRIGHT, ...OF_THE_ADDRESS_BAR])

/** For one that nothing drives. */
export const bareChromiumArgs = toArgs(OF_THE_ADDRESS_BAR)
