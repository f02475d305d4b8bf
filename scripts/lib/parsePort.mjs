/** A port number from a flag or the environment; throws a sentence when it is none. */
export function parsePort(text) {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new Error(`"${text}" is not a port. Give a number from 1 to 65535, as in --port 4601.`)
}
