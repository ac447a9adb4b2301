import { release, type } from 'node:os';
import type { Detector } from './detector';

/** `os.*` (semantic conventions, "Operating system"). */
export const os: Detector = () => ({
  attributes: { 'os.type': osType(type()), 'os.version': release() },
});

/** Values of `os.type`. */
function osType(name: string): string {
  return { Windows_NT: 'windows', SunOS: 'solaris' }[name] ?? name.toLowerCase();
}
