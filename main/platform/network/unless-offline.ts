/**
 * The first import of every process that may use the network when its user wishes so: `SLIPWAY_OFFLINE=hard` forbids it.
 * An import and not a call, because it must hold before the next import is evaluated.
 */
import { refuseOutside } from './refuse-outside.ts'

if (process.env.SLIPWAY_OFFLINE === 'hard') refuseOutside()
