import { useMemo } from 'react'
import { setQuery, useRoute } from '../../lib/route.ts'
import { DatasetList } from './DatasetList.tsx'
import { DatasetPage } from './DatasetPage.tsx'
import './datasets.css'
import { ImportDialog } from './import/ImportDialog.tsx'
import { presetOf } from './import/preset.ts'

/** Datasets: the list of them, or one version with its rows. */
export function Screen() {
  const { path, query } = useRoute()
  const id = path[1]
  const preset = useMemo(() => presetOf(query), [query])
  const close = () => setQuery({ dialog: undefined, import: undefined, name: undefined, format: undefined })
  return (
    <>
      {id === undefined ? <DatasetList /> : <DatasetPage id={id} />}
      {(query.dialog === 'import' || query.import !== undefined) && (
        <ImportDialog start={query.import ?? ''} preset={preset} onClose={close} />
      )}
    </>
  )
}
