import { createProof, type ProofInput } from '../src/identity/createProof.ts'
import { makeRequest, post, SERVER_KEY, type TestServer, VISITOR } from './startTestServer.ts'

export const prove = (user: string, over: Partial<ProofInput> = {}): string =>
  createProof({ site: 'bank', user, visitor: VISITOR, secret: SERVER_KEY, ...over })

/** `POST /v1/identify` as a page sends it. */
export const identify = (
  server: TestServer,
  user: string,
  over: object = {},
  headers: Record<string, string> = { cookie: `ub_v=${VISITOR}` },
): Promise<Response> => post(`${server.url}/v1/identify`, makeRequest({ user, proof: prove(user), ...over }), headers)

/** A request with a server key. */
export const callWithKey = (
  server: TestServer,
  method: string,
  path: string,
  { key = SERVER_KEY, body }: { readonly key?: string; readonly body?: unknown } = {},
): Promise<Response> =>
  fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
