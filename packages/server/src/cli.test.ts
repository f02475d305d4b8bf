import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getUrl, runCli, startCli } from '../test/startCli.ts'
import { COOKIE, FROM_PAGE, makeBatch, makeEvent, makeRequest, post, siteInput } from '../test/startTestServer.ts'

let folder = ''
let config = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-cli-'))
  config = join(folder, 'site.json')
  await writeFile(config, JSON.stringify(siteInput))
})
afterAll(() => rm(folder, { recursive: true }))

test.each([
  [['--help'], 'unblink serve --config FILE'],
  [['serve', '--help'], '--port N'],
  [['check', '--help'], '--config FILE'],
  [['explain', '--help'], '--attributes FILE'],
  [['preview', '--help'], '--variant V'],
  [['audit', '--help'], '--subject ID'],
  [['snippet', '--help'], '--external'],
  [['types', '--help'], '--out FILE'],
])('%j prints how to use it', async (args, text) => {
  const { code, out, err } = await runCli(args)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain(text)
})

test('preview prints a link that shows a variant, and one that ends it', async () => {
  const args = ['preview', '--config', config, '--slot', 'home.hero', '--experience', 'hero', '--variant', 'rates']
  const { code, out } = await runCli([...args, '--url', 'https://www.bank.example/u/', '--to', '/loans'])
  expect(code).toBe(0)
  const [link, , , end] = out.split('\n')
  expect(link).toMatch(/^https:\/\/www\.bank\.example\/u\/v1\/preview\?show=[\w-]+\.[\w-]+&to=%2Floans$/)
  expect(end).toBe('https://www.bank.example/u/v1/preview?to=%2Floans')
})

test('check tells what is in a sound site', async () => {
  const { code, out } = await runCli(['check', '--config', config])
  expect(code).toBe(0)
  expect(out).toMatch(/^Site "bank" is sound: 2 slots, 2 experiences, manifest [0-9a-f]{12}\.\n$/)
})

test('check tells what is wrong, line by line', async () => {
  const faulty = join(folder, 'faulty.ts')
  await writeFile(faulty, `export default { id: 'bank', keys: { browser: 'k' }, slotz: {} }`)
  const { code, out, err } = await runCli(['check', '--config', faulty])
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err.split('\n')).toEqual([
    `${faulty}: slots: missing; add an object`,
    expect.stringContaining(`${faulty}: site: unknown member "slotz" (did you mean "slots"?)`),
    '',
  ])
})

test.each([
  [
    [],
    'Say what to do: serve, check, explain, replay, import, preview, report, evaluate, quality, audit, webhooks, export, snippet, types.',
  ],
  [['serv'], 'There is no command "serv"; did you mean "serve"?\nSee unblink --help.\n'],
  [['constructor'], 'There is no command "constructor"'],
  [['serve'], 'Say which site to use: --config FILE'],
  [['serve', '--prot', '1'], "Unknown option '--prot'; did you mean --port?\nSee unblink serve --help.\n"],
  [['types', '--unheard-of'], "Unknown option '--unheard-of'.\n"],
  [['preview', '--minutes', '0'], '--minutes 0: expected a number from 1 to 1440.'],
  [['serve', '--config', 'x', '--port', '70000'], '--port 70000: expected a number from 0 to 65535.'],
  [
    ['serve', '--config', 'x', '--retention-days', '7'],
    '--retention-days 7: expected 0, or a number of days from 8 up.',
  ],
])('a wrong call %j ends with 2 and says what would be right', async (args, text) => {
  const { code, out, err } = await runCli(args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(text)
})

test('a port in use is one line with a way out', async () => {
  const blocker = createTcpServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => blocker.once('listening', resolve))
  const { port } = blocker.address() as AddressInfo
  const { code, err } = await runCli(['serve', '--config', config, '--port', String(port)])
  expect(code).toBe(1)
  expect(err).toBe(
    `Port ${port} on 127.0.0.1 is in use. Stop what uses it, or choose another with --port ${port + 1}.\n`,
  )
  blocker.close()
})

test('a data folder that cannot be used is one line', async () => {
  const { code, err } = await runCli(['serve', '--config', config, '--port', '0', '--data', config])
  expect(code).toBe(1)
  expect(err).toMatch(/^The database in .* cannot be opened: .*\n$/)
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  'D15 on %s a request that has begun is answered, then it ends with 0',
  async (signal) => {
    const running = startCli(['serve', '--config', config, '--port', '0', '--data', join(folder, signal), '--live'])
    const url = await getUrl(running)
    const stream = await fetch(`${url}/v1/live`, { headers: COOKIE })

    const body = JSON.stringify(makeBatch([makeEvent()]))
    const answer = new Promise<string>((resolve, reject) => {
      const sent = request(
        `${url}/v1/e`,
        { method: 'POST', headers: { ...COOKIE, ...FROM_PAGE, 'content-type': 'text/plain' } },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => (text += chunk.toString()))
          response.on('end', () => resolve(text))
        },
      )
      sent.on('error', reject)
      sent.write(body.slice(0, 50))
      running.child.stdout?.once('data', () => sent.end(body.slice(50))) // once it says that it is stopping
    })
    await post(`${url}/v1/e`, makeBatch([])) // the half request has reached the server before this one's answer
    running.child.kill(signal)
    expect(JSON.parse(await answer)).toMatchObject({ ok: 1 })
    await stream.text()
    expect(await running.ended).toMatchObject({ code: 0, err: '' })
  },
)

test('E8 what a page sends cannot break the lines of the log', async () => {
  const running = startCli(['serve', '--config', config, '--port', '0'])
  const url = await getUrl(running)
  await post(`${url}/v1/e`, makeBatch([], { drops: { 'a\n{"level":"error"}': 1, overflow: 2 } }))
  running.child.kill('SIGTERM')
  const { err } = await running.ended
  const lines = err
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(lines).toMatchObject([{ level: 'warn', code: 'client_drops', drops: { overflow: 2 } }])
})

test.each([
  [['--trust-proxy'], true],
  [[], false],
])('with %j, believing a proxy is %s', async (flags, isSecure) => {
  const running = startCli(['serve', '--config', config, '--port', '0', ...flags])
  const url = await getUrl(running)
  const response = await post(`${url}/v1/p`, makeRequest(), { ...FROM_PAGE, 'x-forwarded-proto': 'https' })
  expect(response.headers.get('set-cookie')?.includes('Secure')).toBe(isSecure)
  running.child.kill('SIGTERM')
  await running.ended
})

test.each([
  [[], 0],
  [['--learn-from-bots'], 1],
])('with %j, a headless browser makes %s visitors', async (flags, visitors) => {
  const running = startCli(['serve', '--config', config, '--port', '0', ...flags])
  const url = await getUrl(running)
  const agent = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/156.0.0.0 Safari/537.36' }
  await post(`${url}/v1/e`, makeBatch([makeEvent()]), { ...COOKIE, ...agent })
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain(`unblink_profiles_created_total ${visitors}\n`)
  expect(metrics).toContain(`unblink_events_bot_total ${1 - visitors}\n`)
  running.child.kill('SIGTERM')
  await running.ended
})

test('D15 while it stops nobody new gets in, and who keeps a connection is answered once more and told to go', async () => {
  const running = startCli(['serve', '--config', config, '--port', '0', '--data', join(folder, 'drain')])
  const url = await getUrl(running)
  const write = () => {
    const body = JSON.stringify(makeBatch([makeEvent()]))
    const head = `POST /v1/e HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n`
    return head + body
  }
  const [first, second] = [write(), write()]
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let answers = ''
  socket.setEncoding('utf8').on('data', (text: string) => (answers += text))
  socket.write(first.slice(0, -20))
  await post(`${url}/v1/e`, makeBatch([])) // the half request has reached the server before this one's answer
  running.child.kill('SIGTERM')
  await once(running.child.stdout!, 'data')
  await expect(fetch(`${url}/ready`)).rejects.toThrow()
  socket.write(first.slice(-20) + second)
  await once(socket, 'close')
  expect(answers.match(/HTTP\S+ \d+|"ok":\d|^connection: \S+/gim)).toEqual([
    'HTTP/1.1 200',
    'Connection: keep-alive',
    '"ok":1',
    'HTTP/1.1 200',
    'Connection: close',
    '"ok":1',
  ])
  expect(await running.ended).toMatchObject({ code: 0, err: '' })
})
