import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { StorageUse } from '../../../../main/contract/storage.ts'
import { useSaid } from '../../../lib/backend-words.ts'
import { api } from '../../../lib/client.ts'
import { onChange } from '../../../lib/events.ts'
import { bytes, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { ProgressLine } from '../../../ui/bits.tsx'
import { FailureFault, Fault } from '../../../ui/Fault.tsx'
import { storageText } from './text.ts'

/** What nothing needs, why it is there, and the button that deletes it. */
export function FreeSpace({ use: { freeable, waitsFor } }: { readonly use: StorageUse }) {
  const text = useText(storageText)
  const said = useSaid()
  const queries = useQueryClient()
  const prune = useMutation(
    api.storage.prune.mutationOptions({
      onSettled: () => void queries.invalidateQueries({ queryKey: api.storage.show.key() }),
    }),
  )
  const freedBytes = useFreedBytes(prune.isPending)
  const what = ({ blobs, folders }: Pick<StorageUse['freeable'], 'blobs' | 'folders'>) =>
    text.filesAndFolders(number(blobs), number(folders))
  const isNothing = freeable.blobs + freeable.folders === 0
  return (
    <>
      <h3>{text.free}</h3>
      {isNothing ? (
        <p className="sub">{text.freeNothing}</p>
      ) : (
        <>
          <p>{text.freeWhat(bytes(freeable.freedBytes), what(freeable))}</p>
          <p className="sub">{text.freeWhy}</p>
          <p className="sub">{text.freeKept}</p>
        </>
      )}
      {waitsFor !== undefined && (
        <Fault tone="warn" title={text.waits} cause={text.waitsFor(said(waitsFor))} remedy={text.waitsDo} />
      )}
      <div className="acts">
        <ActionButton
          needs="write"
          loading={prune.isPending}
          disabled={isNothing || waitsFor !== undefined}
          onClick={() => prune.mutate({})}
        >
          {text.freeNow}
        </ActionButton>
      </div>
      {prune.isPending && (
        <div className="storage-progress" role="status">
          <ProgressLine
            share={freeable.freedBytes > 0 ? freedBytes / freeable.freedBytes : undefined}
            label={text.freeNow}
          />
          <p className="sub">{text.freeing(bytes(freedBytes), bytes(freeable.freedBytes))}</p>
        </div>
      )}
      {prune.error && <FailureFault error={prune.error} title={text.notFreed} />}
      {prune.data && (
        <Fault
          tone="ok"
          title={text.freed(bytes(prune.data.freedBytes))}
          cause={prune.data.blobs + prune.data.folders > 0 ? text.freedWhat(what(prune.data)) : text.freeNothing}
        />
      )}
    </>
  )
}

/** How much the backend has said to have freed since the work began, in bytes. */
function useFreedBytes(isFreeing: boolean): number {
  const [freedBytes, setFreedBytes] = useState(0)
  useEffect(() => {
    if (!isFreeing) return undefined
    setFreedBytes(0)
    return onChange(({ topic, kind, data }) => {
      if (topic === 'storage' && kind === 'data' && typeof data?.freedBytes === 'number') setFreedBytes(data.freedBytes)
    })
  }, [isFreeing])
  return freedBytes
}
