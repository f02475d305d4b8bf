import { fail, ok, type Result } from '@unblink/protocol'
import type { SecretHeader } from './profileSource.ts'

const encodeBasic = (value: string) => Buffer.from(value.includes(':') ? value : `${value}:`).toString('base64')

const write = (value: string, as: SecretHeader['as']) =>
  as === 'basic' ? `Basic ${encodeBasic(value)}` : as === 'bearer' ? `Bearer ${value}` : value

/** Headers with their secrets put in; the error names the variable that is not set, and never a value. */
export function readSecrets(
  headers: Readonly<Record<string, string | SecretHeader>>,
  env: Readonly<Record<string, string | undefined>>,
): Result<Readonly<Record<string, string>>> {
  const whole: Record<string, string> = {}
  for (const [name, header] of Object.entries(headers)) {
    if (typeof header === 'string') whole[name] = header
    else {
      const value = env[header.env]?.trim()
      if (!value) return fail(`the environment variable ${header.env} is not set`)
      // eslint-disable-next-line no-control-regex -- What HTTP would refuse, with the value in its message.
      if (/[\u0000-\u001f\u007f-\uffff]/.test(value))
        return fail(`the environment variable ${header.env} holds characters that no header can have`)
      whole[name] = write(value, header.as)
    }
  }
  return ok(whole)
}
