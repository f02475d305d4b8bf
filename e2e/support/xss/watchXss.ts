/** What a page under test says of itself. */
export interface XssReport {
  /** Payloads that ran, and dialogs. */
  readonly fired: readonly string[]
  readonly errors: readonly string[]
  /** What a Content-Security-Policy refused. */
  readonly violations: readonly string[]
}

/**
 * The sentinel, before everything else in the page: `fired` is what payloads call. Runs in the page, so it uses nothing from
 * outside, and keeps what it needs where no named element can stand in for it.
 */
export function watchXss(): void {
  const report = { fired: [] as string[], errors: [] as string[], violations: [] as string[] }
  const seal = (name: string, value: unknown) =>
    Object.defineProperty(window, name, { value, writable: false, configurable: false })
  seal('xssReport', report)
  seal('fired', (what: unknown) => void report.fired.push(`call ${String(what)}`))
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
    Object.assign(window, { [name]: () => void report.fired.push(name) })
  addEventListener('error', (event) => event.message && report.errors.push(event.message))
  addEventListener('unhandledrejection', ({ reason }) => report.errors.push(String(reason)))
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample, lineNumber }) =>
    report.violations.push([violatedDirective, blockedURI, sample, lineNumber].join(' ')),
  )
}

/**
 * Does with everything in the slots what a visitor might, and a moment later puts the report where `until` finds it. Links that
 * lead elsewhere are not followed; one that runs script is. Runs in the page.
 */
export function provokeXss(): void {
  const host = window as unknown as { xssReport: XssReport; isProvoked?: boolean }
  const onClick = (event: Event) => {
    const link = event.composedPath().find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement)
    if (!link || !/^(java|vb)script:/.test(link.protocol)) event.preventDefault()
  }
  addEventListener('click', onClick, true)
  addEventListener('submit', (event) => event.preventDefault(), true)
  const types = [
    'mouseover',
    'pointerover',
    'focus',
    'toggle',
    'animationstart',
    'animationend',
    'load',
    'error',
    'begin',
  ]
  for (const element of document.querySelectorAll<HTMLElement>('[data-unblink], [data-unblink] *')) {
    for (const type of types) Element.prototype.dispatchEvent.call(element, new Event(type))
    if (element instanceof HTMLElement) {
      HTMLElement.prototype.focus.call(element)
      HTMLElement.prototype.click.call(element)
    } else Element.prototype.dispatchEvent.call(element, new MouseEvent('click', { bubbles: true, cancelable: true }))
  }
  // What a payload loads or schedules runs a moment later.
  setTimeout(() => (host.isProvoked = true), 250)
}
