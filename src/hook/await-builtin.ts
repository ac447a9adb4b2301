/**
 * Tells whether Node has loaded a module of its own by now, by a look at its list where that has grown since the last one. To load `node:http2`
 * only to find out costs 4 to 10 ms.
 *
 * @param module - without `node:`; `undefined` is always there
 */
export function awaitBuiltin(module: string | undefined): () => boolean {
  let isLoaded = module === undefined;
  let modulesSeen = 0;
  return () => {
    if (isLoaded) return true;
    const { moduleLoadList } = process as unknown as { moduleLoadList?: readonly string[] };
    if (moduleLoadList === undefined || moduleLoadList.length === modulesSeen) return false;
    modulesSeen = moduleLoadList.length;
    isLoaded = moduleLoadList.includes(`NativeModule ${module}`);
    return isLoaded;
  };
}
