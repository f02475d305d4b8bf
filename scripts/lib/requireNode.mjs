// Loaded by every command. Namespace imports and plain syntax only, here and in the files a command loads before it
// has checked the version: a missing named import would fail at link time, before this line could explain it.

const toNumber = (version) => {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major * 1_000 + minor
}

/** Does the running Node reach `minimum` (`20.12`)? */
export const isNodeAtLeast = (minimum, running = process.version) => toNumber(running) >= toNumber(minimum)

/** Ends the process with a one-line reason when Node is older than `minimum`. */
export function requireNode(minimum = '20.12', why = 'Unblink') {
  if (isNodeAtLeast(minimum)) return
  console.error(
    `${why} needs Node.js ${minimum} or newer, and this is ${process.version}. Install a current one from https://nodejs.org and run the command again.`,
  )
  process.exit(1)
}
