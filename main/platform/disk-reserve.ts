/** What an import leaves free on the disk of the data directory, in bytes: it is refused rather than let the disk run full. */
export const diskReserveBytes = 256 * 1024 * 1024
