import type { Cap, Condition, Consent, Content, Day, Experience, Holdout, Json, Namespace } from '@unblink/protocol'
import type { Rotation, Schedule, Slot, Trigger } from '@unblink/protocol'
import type { HookInput } from '../sources/hook.ts'
import type { ProfileSourceInput } from '../sources/profileSource.ts'
import type { ForwardInput } from '../forward/forwardSettings.ts'
import type { AttributeInput, ChoiceInput, ModelInput } from './choiceInput.ts'
import type { Category, CustomOperator, Goal, IntentSettings, Site } from './site.ts'
import type { WebhookInput } from './webhook.ts'

/** A schedule as it is written: `from` and `to` also in ISO 8601 with an offset, `2030-01-31T09:00:00+01:00`. */
export interface ScheduleInput extends Omit<Schedule, 'from' | 'to' | 'days'> {
  readonly from?: number | string
  readonly to?: number | string
  readonly days?: readonly Day[]
}

type Scalar = string | number | boolean | null
type Value = Scalar | readonly Scalar[]

/** What a condition says of one attribute by operators: all of them must hold. See docs/site-config.md. */
export type OperatorsInput<GroupId extends string, OperatorId extends string> = {
  readonly [
    Name in '$eq' | '$ne' | '$lt' | '$lte' | '$gt' | '$gte' | '$veq' | '$vne' | '$vlt' | '$vlte' | '$vgt' | '$vgte'
  ]?: Scalar
} & {
  readonly [Name in '$in' | '$nin' | '$ini' | '$nini']?: readonly Scalar[]
} & {
  readonly [Name in '$all' | '$alli']?: readonly (Scalar | OperatorsInput<GroupId, OperatorId>)[]
} & {
  readonly [Name in '$inGroup' | '$notInGroup']?: GroupId
} & {
  readonly [Name in `$${OperatorId}`]?: Json
} & {
  readonly $exists?: boolean
  readonly $type?: 'string' | 'number' | 'boolean' | 'array' | 'object' | 'null'
  readonly $regex?: string
  readonly $regexi?: string
  readonly $size?: number | OperatorsInput<GroupId, OperatorId>
  readonly $not?: Value | OperatorsInput<GroupId, OperatorId>
  readonly $elemMatch?: OperatorsInput<GroupId, OperatorId> | ConditionInput<GroupId, OperatorId>
}

type Lower =
  'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j' | 'k' | 'l' | 'm' | 'n' | 'o' | 'p' | 'q' | 'r' | 's'
type Letter = Lower | 't' | 'u' | 'v' | 'w' | 'x' | 'y' | 'z'

/** Conditions as they are written: dotted attribute paths (a letter first) to values or operators, and logic. */
export type ConditionInput<GroupId extends string = string, OperatorId extends string = string> = {
  readonly $and?: readonly ConditionInput<GroupId, OperatorId>[]
  readonly $or?: readonly ConditionInput<GroupId, OperatorId>[]
  readonly $nor?: readonly ConditionInput<GroupId, OperatorId>[]
  readonly $not?: ConditionInput<GroupId, OperatorId>
} & {
  readonly [Path in `${Letter | Uppercase<Letter>}${string}`]?: Value | OperatorsInput<GroupId, OperatorId>
}

type TriggerInput<CategoryId extends string> =
  | Exclude<Trigger, { readonly categoryViews: unknown }>
  | { readonly categoryViews: { readonly category: CategoryId; readonly times: number } }

export interface VariantInput {
  readonly id: string
  /** Relative share among the variants. @default 1 */
  readonly weight?: number
  readonly content?: Content
  readonly rotation?: Rotation
}

/** An experience as it is written; `Experience` describes the members. */
export interface ExperienceInput<
  SlotId extends string = string,
  AudienceId extends string = string,
  CategoryId extends string = string,
  GroupId extends string = string,
  OperatorId extends string = string,
> extends Pick<Experience, 'id' | 'kind' | 'priority' | 'coverage' | 'seed' | 'rankBy'> {
  readonly slot: SlotId
  /** The id of an audience, or a condition of its own: that becomes an audience with the experience's id. */
  readonly audience?: AudienceId | ConditionInput<GroupId, OperatorId>
  /** The same; a condition becomes an audience with that id and `:suppress`. Where operators are not known, none of them. */
  readonly suppress?: AudienceId | ConditionInput<GroupId, string extends OperatorId ? never : OperatorId>
  readonly schedule?: ScheduleInput
  readonly when?: TriggerInput<CategoryId> | readonly TriggerInput<CategoryId>[]
  readonly cap?: Cap
  readonly namespace?: Namespace
  readonly variants: readonly VariantInput[]
  /** What chooses among the variants, instead of their weights; see docs/models.md. One, or a list asked in order. */
  readonly choose?: ChoiceInput | readonly ChoiceInput[]
}

/** What is written in `unblink.config.ts`: a site with its optional parts left out. `Site` describes the members. */
export interface SiteInput<
  SlotId extends string = string,
  AudienceId extends string = string,
  CategoryId extends string = string,
  GoalId extends string = string,
  GroupId extends string = string,
  OperatorId extends string = string,
>
  extends
    Pick<Site, 'id' | 'keys'>,
    Partial<
      Pick<
        Site,
        'origins' | 'cookieDomain' | 'queryAllowList' | 'profile' | 'profileUrl' | 'profileTimeoutMs' | 'onEvent'
      >
    > {
  /** @default both 'pending' */
  readonly consent?: Partial<Consent>
  readonly slots: Readonly<Record<SlotId, Slot>>
  readonly audiences?: Readonly<Record<AudienceId, Condition | ConditionInput>>
  readonly groups?: Readonly<Record<GroupId, readonly Json[]>>
  readonly holdout?: Holdout
  readonly experiences?: readonly ExperienceInput<
    NoInfer<SlotId>,
    NoInfer<AudienceId>,
    NoInfer<CategoryId>,
    NoInfer<GroupId>,
    NoInfer<OperatorId>
  >[]
  readonly categories?: Readonly<Record<CategoryId, Category>>
  readonly intents?: Partial<IntentSettings>
  readonly goals?: Readonly<Record<GoalId, Goal>>
  /** See docs/attributes.md. */
  readonly attributes?: Readonly<Record<string, AttributeInput>>
  /** See docs/sources.md. */
  readonly hooks?: Readonly<Record<string, HookInput>>
  /** See docs/models.md. */
  readonly models?: Readonly<Record<string, ModelInput>>
  readonly expose?: readonly string[]
  /** Profile services; see docs/sources.md. */
  readonly profileSources?: readonly ProfileSourceInput[]
  /** See docs/webhooks.md. */
  readonly webhooks?: Readonly<Record<string, WebhookInput<NoInfer<AudienceId>, NoInfer<GoalId>>>>
  readonly privateHosts?: readonly string[]
  /** Other tools that events are handed on to; see docs/export.md. */
  readonly forward?: ForwardInput
  readonly operators?: Readonly<Record<OperatorId, CustomOperator>>
}
