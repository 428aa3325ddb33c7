/** What a person does about a disk that answers with an input/output error. */
export const diskHint =
  'Try again: what was acknowledged before is kept. If it happens again, the disk or its cable may be failing (dmesg tells): copy the data directory to another disk.'
