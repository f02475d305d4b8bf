import type {
  AffinityAttribute,
  AttributeDeclaration,
  CartAttribute,
  EngagementAttribute,
  RecentAttribute,
  RfmAttribute,
  UnboughtAttribute,
} from '../profile/derived/declaration.ts'
import type { BanditChoice, ModelChoice, ModelSettings } from './choice.ts'

type Defaulted<T, Names extends keyof T> = Omit<T, Names> & Partial<Pick<T, Names>>

/** A choice as it is written. */
export type ChoiceInput =
  { readonly bandit: Defaulted<BanditChoice, 'floor' | 'halfLifeMs' | 'windowMs' | 'contexts'> } | ModelChoice

/** A model as it is written. */
export type ModelInput = Defaulted<
  ModelSettings,
  'input' | 'output' | 'datatype' | 'timeoutMs' | 'maxBatch' | 'gatherMs'
>

/** A declared attribute as it is written. */
export type AttributeInput =
  | Exclude<
      AttributeDeclaration,
      RecentAttribute | RfmAttribute | EngagementAttribute | AffinityAttribute | CartAttribute | UnboughtAttribute
    >
  | Defaulted<RecentAttribute, 'max'>
  | (Omit<RfmAttribute, 'of' | 'steps'> & { readonly of?: string; readonly steps?: Partial<RfmAttribute['steps']> })
  | (Omit<Defaulted<EngagementAttribute, 'halfLifeHours' | 'scale'>, 'points'> & {
      readonly points?: Partial<EngagementAttribute['points']>
    })
  | Defaulted<AffinityAttribute, 'halfLifeHours' | 'minScore' | 'scale' | 'max'>
  | Defaulted<CartAttribute, 'add' | 'remove' | 'bought' | 'item'>
  | Defaulted<UnboughtAttribute, 'viewed' | 'bought' | 'item' | 'afterHours' | 'withinHours' | 'max'>
