import type { EventType } from '@unblink/protocol'

/** Pointer, scroll, engagement, rotation, error, custom, attributes, page view, interaction, exposure, conversion. */
const ASCENDING = 'po sc en ro er cu at pa in ex co'

/** The higher, the longer an event is kept and the sooner it is sent: a trail can be missed, a conversion cannot. */
export const getPriority = (type: EventType): number => ASCENDING.indexOf(type.slice(0, 2))
