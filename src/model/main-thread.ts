/** Whether this is the main thread. Others cannot change the directory; asking that is 2 ms cheaper than loading `node:worker_threads`. */
export function isMainThread(): boolean {
  return (process.chdir as { disabled?: boolean }).disabled !== true;
}
