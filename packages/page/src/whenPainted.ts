/**
 * Calls back once, after the next frame has been handed to the compositor: a frame callback runs before the paint, and a
 * task posted from it after. Waits for as long as the page is hidden, because hidden pages get no frames.
 */
export function whenPainted(callback: () => void): void {
  requestAnimationFrame(() => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => {
      channel.port1.close()
      callback()
    }
    channel.port2.postMessage(0)
  })
}
