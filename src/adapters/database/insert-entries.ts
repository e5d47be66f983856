import type { Insertable, Transaction } from 'kysely'
import type { AttachmentsTable } from './schema/attachments.ts'
import type { SegmentsTable } from './schema/segments.ts'
import type { Tables } from './schema/tables.ts'

/** Rows per statement: few statements, and few texts of statements to keep prepared. */
const BATCH_ROWS = 100

/** Adds rows; those with the key of an older one replace it, within the list the last wins. */
export async function insertSegments(
  transaction: Transaction<Tables>,
  rows: readonly Insertable<SegmentsTable>[],
): Promise<void> {
  for (const batch of batches(lastOfEach(rows, (row) => `${row.position} ${row.track_id}`))) {
    await transaction
      .insertInto('segments')
      .values(batch)
      .onConflict((conflict) =>
        conflict.columns(['track_id', 'position']).doUpdateSet(({ ref }) => ({
          start_sec: ref('excluded.start_sec'),
          duration_sec: ref('excluded.duration_sec'),
          byte_length: ref('excluded.byte_length'),
          reencoded: ref('excluded.reencoded'),
          last_pack: ref('excluded.last_pack'),
          slices: ref('excluded.slices'),
        })),
      )
      .execute()
  }
}

/** As `insertSegments`. */
export async function insertAttachments(
  transaction: Transaction<Tables>,
  rows: readonly Insertable<AttachmentsTable>[],
): Promise<void> {
  for (const batch of batches(lastOfEach(rows, ({ name }) => name))) {
    await transaction
      .insertInto('attachments')
      .values(batch)
      .onConflict((conflict) =>
        conflict.columns(['video_id', 'name']).doUpdateSet(({ ref }) => ({
          kind: ref('excluded.kind'),
          track_name: ref('excluded.track_name'),
          media_type: ref('excluded.media_type'),
          byte_length: ref('excluded.byte_length'),
          last_pack: ref('excluded.last_pack'),
          slices: ref('excluded.slices'),
        })),
      )
      .execute()
  }
}

/** PostgreSQL refuses to update a row twice in one statement. */
function lastOfEach<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()]
}

function* batches<Row>(rows: readonly Row[]): Iterable<readonly Row[]> {
  for (let from = 0; from < rows.length; from += BATCH_ROWS) yield rows.slice(from, from + BATCH_ROWS)
}
