import type { BasicType } from 'hyparquet-writer'

/** What is exported, each with columns of its own. */
export const DATASETS = ['events', 'exposures', 'profiles'] as const
export type Dataset = (typeof DATASETS)[number]

export const isDataset = (name: string | undefined): name is Dataset => DATASETS.some((one) => one === name)

/** A column of an export, as Parquet types it; in NDJSON times are ISO 8601 in UTC, and JSON is an object or a list. */
export interface Column {
  readonly name: string
  readonly type: Extract<BasicType, 'STRING' | 'TIMESTAMP' | 'INT32' | 'INT64' | 'DOUBLE' | 'BOOLEAN' | 'JSON'>
  /** @default false */
  readonly isNullable?: true
  /** Values hardly ever come twice, so a dictionary of them would only cost time. @default false */
  readonly isVaried?: true
}

/** Times are epoch milliseconds, JSON is a value; undefined where there is nothing. */
export type Row = Readonly<Record<string, unknown>>

const required = (name: string, type: Column['type']): Column => ({ name, type })
const optional = (name: string, type: Column['type']): Column => ({ name, type, isNullable: true })
const varied = (column: Column): Column => ({ ...column, isVaried: true })

/** Of every event: where it is in the log, what it is, whose, and where. */
const COMMON: readonly Column[] = [
  varied(required('position', 'INT64')),
  varied(required('id', 'STRING')),
  varied(required('at', 'TIMESTAMP')),
  varied(required('received', 'TIMESTAMP')),
  required('type', 'STRING'),
  optional('visitor', 'STRING'),
  optional('session', 'TIMESTAMP'),
  required('view', 'STRING'),
  required('seq', 'INT32'),
  required('url', 'STRING'),
  required('bot', 'BOOLEAN'),
  optional('slot', 'STRING'),
  optional('experience', 'STRING'),
  optional('variant', 'STRING'),
  optional('outcome', 'STRING'),
  optional('hidden_ms', 'DOUBLE'),
]

export const COLUMNS: Readonly<Record<Dataset, readonly Column[]>> = {
  events: [
    ...COMMON,
    optional('goal', 'STRING'),
    optional('value', 'DOUBLE'),
    optional('currency', 'STRING'),
    varied(required('payload', 'JSON')),
  ],
  exposures: [
    ...COMMON,
    optional('reason', 'STRING'),
    optional('profile_ms', 'DOUBLE'),
    optional('propensity', 'DOUBLE'),
    optional('context', 'STRING'),
  ],
  profiles: [
    varied(required('visitor', 'STRING')),
    required('kind', 'STRING'),
    required('generation', 'INT64'),
    optional('first_seen', 'TIMESTAMP'),
    optional('last_seen', 'TIMESTAMP'),
    required('visits', 'INT64'),
    required('views', 'INT64'),
    required('holdings', 'JSON'),
    required('interests', 'JSON'),
    required('conversions', 'JSON'),
    required('custom', 'JSON'),
    required('derived', 'JSON'),
    required('trials', 'JSON'),
  ],
}
