// A model server of one small file: the Open Inference Protocol, version 2, over HTTP
// (https://github.com/kserve/open-inference-protocol). What it serves is a table of weights, see model.json; a real one would
// be Triton, KServe, MLServer or your own.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'

const { values: flags } = parseArgs({
  options: { port: { type: 'string', default: '4800' }, model: { type: 'string', default: 'model.json' } },
})
const model = JSON.parse(readFileSync(new URL(flags.model, import.meta.url), 'utf8'))
const { name, version, features, variants, bias, weights } = model
const MAX_BYTES = 4 * 1024 * 1024

/** One score for each variant, adding up to 1: the softmax of a weighted sum. */
function score(row) {
  const sums = variants.map((_, index) =>
    row.reduce((sum, value, feature) => sum + value * weights[index][feature], bias[index]),
  )
  const highest = Math.max(...sums)
  const powers = sums.map((sum) => Math.exp(sum - highest))
  const total = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / total)
}

const tensor = (data, rows, columns) => ({ name: 'scores', shape: [rows, columns], datatype: 'FP64', data })

/** The answer to a request for scores; throws what is wrong with it. */
function infer({ id, inputs }) {
  const input = inputs?.find((one) => one.name === 'features')
  if (!input) throw new Error('inputs: expected a tensor named "features"')
  const [rows, columns] = input.shape ?? []
  const data = input.data?.flat(8)
  if (columns !== features.length) throw new Error(`features: expected ${features.length} columns, got ${columns}`)
  if (!Array.isArray(data) || data.length !== rows * columns || !data.every(Number.isFinite))
    throw new Error(`features: expected ${rows} x ${columns} numbers`)
  const scores = Array.from({ length: rows }, (_, row) => score(data.slice(row * columns, (row + 1) * columns))).flat()
  return {
    ...(id ? { id } : {}),
    model_name: name,
    model_version: version,
    outputs: [tensor(scores, rows, variants.length)],
  }
}

const about = {
  name,
  versions: [version],
  platform: 'javascript',
  inputs: [{ name: 'features', datatype: 'FP64', shape: [-1, features.length] }],
  outputs: [{ name: 'scores', datatype: 'FP64', shape: [-1, variants.length] }],
}

const isOurs = (path) => [`/v2/models/${name}`, `/v2/models/${name}/versions/${version}`].includes(path)

async function readBody(request) {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > MAX_BYTES) throw new Error(`body: more than ${MAX_BYTES} bytes`)
  }
  return JSON.parse(text)
}

async function answer(request) {
  const path = new URL(request.url, 'http://localhost').pathname
  if (path === '/v2') return [200, { name: 'example-model', version: '1', extensions: [] }]
  if (path === '/v2/health/live') return [200, { live: true }]
  if (path === '/v2/health/ready') return [200, { ready: true }]
  if (isOurs(path)) return [200, about]
  if (path.endsWith('/ready') && isOurs(path.slice(0, -'/ready'.length))) return [200, { name, ready: true }]
  if (!path.endsWith('/infer') || !isOurs(path.slice(0, -'/infer'.length)) || request.method !== 'POST')
    return [404, { error: `there is nothing at ${request.method} ${path}` }]
  try {
    return [200, infer(await readBody(request))]
  } catch (error) {
    return [400, { error: error.message }]
  }
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request)
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})
server.listen(Number(flags.port), '127.0.0.1', () => {
  console.log(`Model "${name}" at http://127.0.0.1:${server.address().port}`)
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => process.exit(0)))
