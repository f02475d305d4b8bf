import { isIP } from 'node:net'
import { getAddressKind } from './getAddressKind.ts'

/** The host of an address, as `privateHosts` names it, and without brackets. */
const getHost = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, '')

/** Why an address may not be told anything, before its name is looked up; undefined when nothing speaks against it. */
export function findRefusal(url: URL, privateHosts: readonly string[]): string | undefined {
  const host = getHost(url)
  const isListed = privateHosts.includes(url.hostname)
  const isOwn = url.hostname === 'localhost' || (isIP(host) > 0 && getAddressKind(host) === 'loopback')
  if (url.protocol !== 'https:' && !(isOwn && isListed))
    return 'only https is spoken; http is for this machine, and only where `privateHosts` names it'
  if (isIP(host) === 0 || isListed || getAddressKind(host) === 'public') return undefined
  return `${host} is no public address; name it in \`privateHosts\` if that is meant`
}

/**
 * Why a resolved address may not be connected to. A name that is listed may lead into the own network and to this machine,
 * but never to link-local addresses: no receiver is there, and the credentials of a cloud's machine are.
 */
export function findAddressRefusal(host: string, address: string, privateHosts: readonly string[]): string | undefined {
  const kind = getAddressKind(address)
  if (kind === 'public' || (kind !== 'other' && privateHosts.includes(host))) return undefined
  return `${host} leads to ${address}, which is no public address`
}
