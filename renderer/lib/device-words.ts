import { deviceName } from './format.ts'
import { dictionary, useText } from './i18n.ts'

const phrases = dictionary({
  anyGpu: ['any GPU', '任意 GPU'],
  any: ['any device', '任意设备'],
})

/** What a job asks for or holds, in words: `CPU`, `GPU 0`, `any GPU`. */
export function useDeviceWords(): (device: string) => string {
  const text = useText(phrases)
  return device => (device === 'any' ? text.any : device === 'any-gpu' ? text.anyGpu : deviceName(device))
}
