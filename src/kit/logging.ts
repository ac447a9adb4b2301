/** For instrumentations of loggers. */
export { logIds, withLogIds } from './log-ids';
export {
  emitLogRecord,
  isLoggerPrinting,
  type LoggedRecord,
  messageText,
  printRecord,
} from './operations/log-record';
export { severityOfName, severityOfNumber } from './severity';
