import type { Site } from '../site/site.ts'

/** Why a site's events cannot be handed on by this server; undefined where they can, or need not be. Pure. */
export const findForwardRefusal = ({ forward }: Pick<Site, 'forward'>, isCluster: boolean): string | undefined =>
  forward && isCluster
    ? 'forward: a cluster has no log in one place, so no server of it hands events on. Take `forward` out of the config and use `onEvent`, or use one server.'
    : undefined
