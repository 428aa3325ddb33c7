import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'

/** The SQL of checkpoints: which a run has, where they lie, and as which models they were published. */

export type CheckpointRow = {
  readonly step: number
  readonly path: string
  readonly sizeBytes: number
  readonly createdAtMs: number
  readonly publishedAs: string | null
}

export const checkpointsOf = (db: ReadableDb, runId: string): CheckpointRow[] =>
  db
    .prepare<[string], CheckpointRow>(
      'SELECT step, path, size_bytes AS sizeBytes, created_at_ms AS createdAtMs, published_as AS publishedAs FROM run_checkpoints WHERE run_id = ? ORDER BY step',
    )
    .all(runId)

/** Records a new checkpoint and forgets those that retention has deleted. */
export function recordCheckpoint(
  db: WritableDb,
  runId: string,
  checkpoint: { step: number; path: string; sizeBytes: number },
  keptSteps: readonly number[],
  atMs: number,
): void {
  db.prepare(
    'INSERT OR REPLACE INTO run_checkpoints (run_id, step, path, size_bytes, created_at_ms) VALUES (?, ?, ?, ?, ?)',
  ).run(runId, checkpoint.step, checkpoint.path, checkpoint.sizeBytes, atMs)
  const kept = new Set([...keptSteps, checkpoint.step])
  for (const { step } of checkpointsOf(db, runId))
    if (!kept.has(step)) db.prepare('DELETE FROM run_checkpoints WHERE run_id = ? AND step = ?').run(runId, step)
}

export const setCheckpointPublished = (db: WritableDb, runId: string, step: number, modelVersionId: string): void =>
  void db
    .prepare('UPDATE run_checkpoints SET published_as = ? WHERE run_id = ? AND step = ?')
    .run(modelVersionId, runId, step)

export const checkpointPaths = (
  db: ReadableDb,
): { readonly runId: string; readonly step: number; readonly path: string }[] =>
  db
    .prepare<[], { runId: string; step: number; path: string }>(
      'SELECT run_id AS runId, step, path FROM run_checkpoints',
    )
    .all()

export const setCheckpointPath = (db: WritableDb, runId: string, step: number, path: string): void =>
  void db.prepare('UPDATE run_checkpoints SET path = ? WHERE run_id = ? AND step = ?').run(path, runId, step)
