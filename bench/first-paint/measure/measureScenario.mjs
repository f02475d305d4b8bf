import { startDelayProxy } from '../sites/startDelayProxy.mjs'
import { NothingKeptError, measureTiming, openMeasured } from './measureTiming.mjs'
import { measureTrace } from './measureTrace.mjs'
import { openBrowser } from './openBrowser.mjs'

/** Starts the browser, and again when it has died: a crash costs one run and not the rest. */
function createSetting({ executablePath, sites, port }) {
  let browser
  let helper
  return {
    async get() {
      if (!browser?.isAlive()) {
        browser = await openBrowser({ executablePath, port, keyHash: sites.keyHash })
        helper = await browser.openPage()
      }
      return { browser, helperPage: helper.page }
    },
    close: () => browser?.close(),
  }
}

const rotate = (list, by) => [...list.slice(by % list.length), ...list.slice(0, by % list.length)]

/** Those that can be measured: a second visit needs something kept from the first. `onAbsent(contender, why)` for the others. */
async function choosePresent({ contenders, setting, onAbsent, ...rest }) {
  const present = []
  for (const contender of contenders) {
    try {
      if (contender.leavesBehind) await (await openMeasured({ ...(await setting.get()), contender, ...rest })).close()
      present.push(contender)
    } catch (error) {
      if (!(error instanceof NothingKeptError)) throw error
      onAbsent(contender, error.message)
    }
  }
  return present
}

/**
 * Measures all contenders in one scenario, round by round and each round in another order, so that whatever the machine
 * does meets everyone alike. Resolves to contender name → `[{ timing?, trace?, errors }]`, one entry per round; without
 * those that cannot be measured.
 */
export async function measureScenario({
  executablePath,
  sites,
  scenario,
  contenders,
  runs,
  traceRuns,
  onRound,
  onAbsent,
}) {
  const proxy = scenario.rttMs > 0 ? await startDelayProxy({ port: sites.port, rttMs: scenario.rttMs }) : undefined
  const setting = createSetting({ executablePath, sites, port: proxy?.port ?? sites.port })
  const measured = {}
  const attempt = async (measure, contender, errors) => {
    try {
      return await measure({ ...(await setting.get()), sites, contender, scenario })
    } catch (error) {
      errors.push(error.message.split('\n')[0])
      return undefined
    }
  }
  try {
    const present = await choosePresent({ contenders, setting, onAbsent, sites, scenario })
    for (const { name } of present) measured[name] = []
    // The first page of a new browser is slower than all others, whoever it is.
    await attempt(measureTiming, present[0], [])
    for (let round = 0; round < runs; round++) {
      for (const contender of rotate(present, round)) {
        const errors = []
        const timing = await attempt(measureTiming, contender, errors)
        const trace = round < traceRuns ? await attempt(measureTrace, contender, errors) : undefined
        measured[contender.name].push({ timing, trace, errors })
      }
      onRound(round + 1)
    }
    return measured
  } finally {
    await setting.close()
    proxy?.close()
  }
}
