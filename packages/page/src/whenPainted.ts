/**
 * Calls back once, after the next frame has been handed to the compositor: a frame callback runs before the paint, and a
 * task posted from it after. Waits for as long as the page is hidden: most engines give a hidden page no frames, and
 * Firefox, which gives it one a second, paints none of them.
 */
export function whenPainted(callback: () => void): void {
  requestAnimationFrame(() => {
    if (document.hidden) return whenPainted(callback)
    const channel = new MessageChannel()
    channel.port1.onmessage = () => {
      channel.port1.close()
      callback()
    }
    channel.port2.postMessage(0)
  })
}
