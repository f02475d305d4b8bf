/** What is asked for is kept elsewhere, and cannot be had just now; whoever asked shall come again. Answered with 503. */
export class StorageAway extends Error {}
