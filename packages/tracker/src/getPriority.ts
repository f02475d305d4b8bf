import type { EventType } from '@unblink/protocol'

/**
 * After pointer: scroll, engagement, vital, rotation, error, custom, attributes, page view, interaction, impression,
 * exposure, conversion. Two letters each.
 */
const ASCENDING = 'scenviroercuatpainimexco'

/** The higher, the longer an event is kept and the sooner it is sent: a trail can be missed, a conversion cannot. */
export const getPriority = (type: EventType): number => ASCENDING.indexOf(type.slice(0, 2))
