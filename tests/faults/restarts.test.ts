import { afterEach, expect, test } from 'vitest'
import { asOwner, openHouseOfJobs, removeData, shellJob, temporaryData, until } from './jobs-harness.ts'

const cleanUps: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const house = (options: Parameters<typeof openHouseOfJobs>[0] = {}) => {
  const dataDir = temporaryData()
  cleanUps.push(() => removeData(dataDir))
  const opened = openHouseOfJobs({ dataDir, random: () => 0, ...options })
  cleanUps.push(async () => {
    await opened.jobs.stopAll(asOwner)
    opened.close()
  })
  opened.jobs.start()
  return opened
}

// Falls over at the first start and stays up at the second.
const stumbling = 'if [ -e been-here ]; then echo \'{"event":"up"}\'; exec sleep 600; fi; touch been-here; exit 1'

test('a service that falls over is started again after a pause, and says when', async () => {
  const { jobs, told } = house({ restart: 'stateless' })
  const { id } = jobs.port.start(asOwner, shellJob(stumbling))
  const waiting = await until('the fall', () => {
    const job = jobs.port.get(id)
    return job?.attempt === 2 ? job : undefined
  })
  expect(waiting).toMatchObject({ state: 'starting', restartsAt: expect.any(String) })
  await until('the second start', () => told(id).some(({ event }) => event === 'up'))
  expect(jobs.port.get(id)).toMatchObject({ state: 'running', attempt: 2 })
  expect(jobs.port.get(id)?.restartsAt).toBeUndefined()
})

test('a training job that falls over is not started again', async () => {
  const { jobs } = house()
  const { id } = jobs.port.start(asOwner, shellJob(stumbling))
  expect(await jobs.port.ended(id)).toMatchObject({ state: 'failed', attempt: 1 })
})

test('a service that is stopped while it waits for its restart stays down', async () => {
  const { jobs } = house({ restart: 'stateless' })
  const { id } = jobs.port.start(asOwner, shellJob('exit 1'))
  await until('the fall', () => jobs.port.get(id)?.attempt === 2)
  jobs.port.stop(asOwner, id)
  expect(await jobs.port.ended(id)).toMatchObject({ state: 'cancelled', attempt: 2 })
})

test('a service whose failure no restart can cure is not started again', async () => {
  const { jobs } = house({ restart: 'stateless' })
  const { id } = jobs.port.start(
    asOwner,
    shellJob(`echo '{"event":"failed","code":"unsupported","message":"no such architecture"}'; exit 1`),
  )
  expect(await jobs.port.ended(id)).toMatchObject({ state: 'failed', attempt: 1, failure: { code: 'unsupported' } })
})
