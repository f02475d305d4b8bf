export interface NatsNode {
  readonly name: string
  readonly url: string
  readonly pid: number | undefined
  start(): Promise<void>
  kill(): Promise<void>
}

export interface NatsServers {
  /** The addresses of all, joined by commas. */
  readonly url: string
  readonly nodes: readonly NatsNode[]
  readonly version: readonly number[]
  /** Whether each message is on the disk before it is acknowledged. */
  readonly doesSync: boolean
  stop(): Promise<void>
}

export function findNats(): string | undefined
export function getNatsVersion(program: string): number[]
export function startNats(options?: { readonly count?: number; readonly folder?: string }): Promise<NatsServers>
