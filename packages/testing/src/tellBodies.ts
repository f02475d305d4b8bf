/** Which requests, and the header that repeats their body. */
export interface TellBodiesOptions {
  /** Source of a regular expression for absolute addresses. */
  readonly pattern: string
  readonly header: string
}

/**
 * A Firefox that is driven over WebDriver BiDi does not tell Playwright the bodies of requests, so the page repeats them in
 * a header, percent-encoded, which never leaves the browser because the request is answered there. Beacons have no
 * headers: they are refused, and the tracker then takes `fetch`. Serialised into the page before its own scripts, so it
 * may use nothing from this module.
 */
export function tellBodies({ pattern, header }: TellBodiesOptions): void {
  const isAnswered = new RegExp(pattern)
  const isOurs = (url: unknown) => isAnswered.test(new URL(String(url), document.baseURI).href)

  const urls = new WeakMap<XMLHttpRequest, unknown>()
  const { open, send } = XMLHttpRequest.prototype
  XMLHttpRequest.prototype.open = function (...values: unknown[]) {
    urls.set(this, values[1])
    return Reflect.apply(open, this, values) as undefined
  }
  XMLHttpRequest.prototype.send = function (body) {
    if (typeof body === 'string' && isOurs(urls.get(this))) this.setRequestHeader(header, encodeURIComponent(body))
    return send.call(this, body)
  }

  const ask = window.fetch.bind(window)
  window.fetch = (input, init) => {
    if (typeof init?.body !== 'string' || input instanceof Request || !isOurs(input)) return ask(input, init)
    const headers = new Headers(init.headers)
    headers.set(header, encodeURIComponent(init.body))
    return ask(input, { ...init, headers })
  }

  const sendBeacon = navigator.sendBeacon.bind(navigator)
  navigator.sendBeacon = (url, data) => !isOurs(url) && sendBeacon(url, data)
}
