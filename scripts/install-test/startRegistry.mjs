import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import * as path from 'node:path'
import { fromRoot } from '../lib/fromRoot.mjs'

/** Every copy of a package of others that is installed in these folders: name → version → folder. */
function listInstalled(tops) {
  const installed = new Map()
  for (const top of tops) {
    const { packages } = JSON.parse(readFileSync(fromRoot(top, 'package-lock.json'), 'utf8'))
    for (const [place, { link }] of Object.entries(packages)) {
      const name = place.split('node_modules/').at(-1)
      const folder = fromRoot(top, place)
      const file = path.join(folder, 'package.json')
      if (!place.includes('node_modules/') || link || !existsSync(file)) continue
      const manifest = JSON.parse(readFileSync(file, 'utf8'))
      const versions = installed.get(name) ?? new Map()
      installed.set(name, versions.set(manifest.version, { manifest, folder }))
    }
  }
  return installed
}

/** A package's folder as npm would have it; a tarball's own top folder has any name, and need not be compressed. */
const tar = (folder) =>
  spawn('tar', ['-cf', '-', '--exclude=node_modules', '-C', path.dirname(folder), path.basename(folder)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  }).stdout

/**
 * A package registry on loopback that knows our tarballs, and what is installed here of others: a true `npm install`
 * without the network. `own` is a map from name to `{ manifest, bytes }`, `tops` are folders with a lock file of their own.
 */
export async function startRegistry(own, tops = ['']) {
  const installed = listInstalled(tops)
  let origin = ''

  const describe = (name) => {
    const versions = own.has(name)
      ? [own.get(name).manifest]
      : [...(installed.get(name) ?? new Map()).values()].map(({ manifest }) => manifest)
    if (versions.length === 0) return undefined
    const tarballOf = ({ version }) => `${origin}/-/tarball?name=${encodeURIComponent(name)}&version=${version}`
    return {
      name,
      // The one at the top of node_modules was read first.
      'dist-tags': { latest: versions[0].version },
      versions: Object.fromEntries(
        versions.map((manifest) => [
          manifest.version,
          // What happens at installation has happened here already, or needs the network.
          { ...manifest, scripts: {}, hasInstallScript: false, dist: { tarball: tarballOf(manifest) } },
        ]),
      ),
    }
  }

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, origin)
    if (pathname === '/-/tarball') {
      const name = searchParams.get('name')
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      if (own.has(name)) response.end(own.get(name).bytes)
      else tar(installed.get(name).get(searchParams.get('version')).folder).pipe(response)
      return
    }
    const found = request.method === 'GET' && describe(decodeURIComponent(pathname.slice(1)))
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(found || { error: 'not installed here' }))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${server.address().port}`
  return {
    origin,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(resolve)
      }),
  }
}
