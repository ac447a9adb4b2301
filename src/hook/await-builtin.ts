import EventEmitter from 'node:events';
import { log, messageOf } from '../diag/log';

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

interface Waiting {
  readonly isLoaded: () => boolean;
  readonly onLoaded: () => void;
}

let waiting: Waiting[] = [];

/**
 * Calls back once Node has loaded a module of its own: at once if it has, or else before the next event emitter comes into being, which is inside of
 * `http.request` at the latest. Node tells nobody of the modules that it loads, and to load `node:https` and `node:tls` for every program costs it 10 ms.
 * Also at once where this Node cannot wait.
 *
 * @param module - without `node:`; `undefined` is always there
 */
export function onBuiltinLoaded(module: string | undefined, onLoaded: () => void): void {
  const isLoaded = awaitBuiltin(module);
  if (isLoaded() || !watchEmitters()) onLoaded();
  else waiting.push({ isLoaded, onLoaded });
}

/**
 * Every emitter is set up by `EventEmitter.init`, a property since `node:domain` replaces it. It becomes a getter that returns what it was, so that no
 * frame of ours is in any stack. It stays one: to define a property while the program runs can fail, by what the program did to it or to `Object.prototype`.
 *
 * @returns false where that is not possible
 */
function watchEmitters(): boolean {
  if (waiting.length > 0) return true;
  const emitters = EventEmitter as unknown as { init: unknown };
  const descriptor = Object.getOwnPropertyDescriptor(emitters, 'init');
  const { moduleLoadList } = process as unknown as { moduleLoadList?: readonly string[] };
  if (moduleLoadList === undefined || !descriptor?.configurable || !descriptor.writable) return false;
  let modulesSeen = 0;
  Object.defineProperty(emitters, 'init', {
    configurable: true,
    enumerable: descriptor.enumerable!,
    get() {
      if (moduleLoadList.length !== modulesSeen) {
        modulesSeen = moduleLoadList.length;
        tellWaiting();
      }
      return descriptor.value;
    },
    set(init: unknown) {
      descriptor.value = init;
    },
  });
  return true;
}

function tellWaiting(): void {
  const loaded = waiting.filter(({ isLoaded }) => isLoaded());
  waiting = waiting.filter((one) => !loaded.includes(one));
  for (const { onLoaded } of loaded) {
    try {
      onLoaded();
    } catch (error) {
      log.warnOnce(`a module of Node.js cannot be instrumented: ${messageOf(error)}`);
    }
  }
}
