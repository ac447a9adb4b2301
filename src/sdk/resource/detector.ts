import type { AttributeValue } from '@opentelemetry/api';

/** What detectors see of the machine and of the program, so that a test can show them another. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly hostname: string;
  /** `process.argv`: the executable, the script, its arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The content of a small text file without surrounding white space; `undefined` if there is none. */
  readFile(path: string): string | undefined;
  /** The path without symbolic links; the path itself if nothing is there. */
  realPath(path: string): string;
  /**
   * The body of an answer with a status of 200.
   * @throws Error for any other answer, and if it was given up.
   */
  request(url: string, options?: LookupOptions): Promise<string>;
  /** Ends all requests that are still under way. */
  giveUp(): void;
}

export interface LookupOptions {
  readonly method?: 'GET' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  /** Certificates to trust, in PEM. */
  readonly ca?: string | undefined;
}

/** Attributes; what is `undefined` or empty is left out. */
export type Detected = Readonly<Record<string, AttributeValue | undefined>>;

/** What a detector found. */
export interface Detection {
  readonly attributes: Detected;
  /** Starts looking up what is known elsewhere. Each answer counts as it comes; one that does not come costs its own attributes. */
  readonly lookUp?: () => readonly Promise<Detected>[];
}

/**
 * Finds out about one side of the process. Synchronous: a few small files and variables. `undefined`: this is not such a place. Nothing may be
 * looked up in the network unless a local hint says that somebody is there to answer.
 */
export type Detector = (surroundings: Surroundings) => Detection | undefined;
