/**
 * The first import of every process that works on files and models: it never has business outside this machine, whatever
 * is set. An import and not a call, because it must hold before the next import is evaluated.
 */
import { refuseOutside } from './refuse-outside.ts'

refuseOutside()
