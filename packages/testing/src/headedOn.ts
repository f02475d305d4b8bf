import type { Display } from './startDisplay.ts'

/** The part of Playwright's launch options that puts a window on a display. */
export interface HeadedLaunch {
  readonly headless: false
  readonly env: Record<string, string>
  readonly args: string[]
}

/**
 * Launch options for a browser whose window fills the display: `chromium.launch({ ...headedOn(display, 'chromium') })`.
 * Add your own `args` to those returned. Pages need a viewport that fits: 1000 × 700 on the default display.
 */
export function headedOn(display: Display, browserName: 'chromium' | 'firefox'): HeadedLaunch {
  const { width, height } = display
  const args =
    browserName === 'chromium'
      ? ['--window-position=0,0', `--window-size=${width},${height}`]
      : [`--width=${width}`, `--height=${height}`]
  return { headless: false, env: display.env, args }
}
