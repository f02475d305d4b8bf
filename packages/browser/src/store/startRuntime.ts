/** What fetches the runtime: `() => import('@unblink/browser')`. */
export type LoadRuntime = () => Promise<{ start(): () => void }>

/** Fetches and starts the runtime, for apps that bundle it. Never throws. @returns Stops it, also while it is on its way. */
export function startRuntime(load: LoadRuntime): () => void {
  let stop: (() => void) | undefined
  let isOver = false
  load().then(
    ({ start }) => {
      if (!isOver) stop = start()
    },
    () => {}, // Blocked, gone, no network: the snippet does its part alone.
  )
  return () => {
    isOver = true
    stop?.()
  }
}
