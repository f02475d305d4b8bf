/** Why the server cannot tell where visitors are, as it was asked to; the message says what to do. */
export class GeoError extends Error {}
