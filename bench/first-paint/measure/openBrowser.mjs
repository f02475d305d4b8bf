import { chromium } from '@playwright/test'
import { chromiumArgs } from '../../../scripts/lib/chromiumArgs.mjs'
import { HOSTS } from '../sites/hosts.mjs'

const VIEWPORT = { width: 1280, height: 800 }

const getArguments = ({ port, keyHash }) => [
  ...chromiumArgs,
  // Several peers do nothing for what they take for a robot.
  '--disable-blink-features=AutomationControlled',
  `--ignore-certificate-errors-spki-list=${keyHash}`,
  `--host-resolver-rules=MAP ${HOSTS.refused}:443 127.0.0.1:9, MAP *.test:443 127.0.0.1:${port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
]

/** What the browser says it is, in both places where it can be asked, without the word that gives robots away. */
function getIdentity(version) {
  const major = version.split('.')[0]
  const brands = ['Chromium', 'Google Chrome'].map((brand) => ({ brand, version: major }))
  return {
    userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`,
    userAgentMetadata: {
      brands,
      fullVersion: version,
      platform: 'Linux',
      platformVersion: '6.1.0',
      architecture: 'x86',
      model: '',
      mobile: false,
    },
  }
}

/** Starts Chromium with all hosts of the benchmark on `port`. `openPage` gives a page in a context of its own: nothing cached, no cookie. */
export async function openBrowser({ executablePath, port, keyHash }) {
  const browser = await chromium.launch({ executablePath, args: getArguments({ port, keyHash }) })
  const identity = getIdentity(browser.version())
  return {
    version: browser.version(),
    isAlive: () => browser.isConnected(),
    async openPage({ cpu = 1 } = {}) {
      const context = await browser.newContext({ viewport: VIEWPORT, userAgent: identity.userAgent })
      const page = await context.newPage()
      const session = await context.newCDPSession(page)
      await session.send('Emulation.setUserAgentOverride', identity)
      if (cpu > 1) await session.send('Emulation.setCPUThrottlingRate', { rate: cpu })
      return { page, session, close: () => context.close() }
    },
    close: () => browser.close(),
  }
}
