import { dictionary } from '../../lib/i18n.ts'

/** What the backend's checks are called; one that is not listed here keeps its own name. */
export const checkName = dictionary({
  Node: ['Node', 'Node'],
  SQLite: ['SQLite', 'SQLite'],
  'Disk, data': ['Data disk', '数据盘'],
  'Disk, cache': ['Cache disk', '缓存盘'],
  'File system': ['File system', '文件系统'],
  Database: ['Database', '数据库'],
  Permissions: ['Permissions', '权限'],
  Python: ['Python', 'Python'],
  uv: ['uv, which builds environments', 'uv（构建环境）'],
  'Environment training': ['Environment for training', '训练环境'],
  'Environment conversion': ['Environment for conversion', '转换环境'],
  GPU: ['GPU', 'GPU'],
  Port: ['Loopback port', '回环端口'],
})
