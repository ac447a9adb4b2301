import type { OptionValue } from './option';

/** Names of headers in lower case, and expressions that match whole ones. */
export interface HeaderPatterns {
  readonly names: readonly string[];
  readonly expressions: readonly RegExp[];
  /** As the user wrote them. */
  readonly text: string;
}

/** What operations of the kit and single instrumentations are told by the user. */
export interface OperationSettings {
  readonly capturedHeaders: {
    readonly serverRequest: HeaderPatterns | undefined;
    readonly serverResponse: HeaderPatterns | undefined;
    readonly clientRequest: HeaderPatterns | undefined;
    readonly clientResponse: HeaderPatterns | undefined;
  };
  /** Captured headers whose values are redacted. */
  readonly secretHeaders: HeaderPatterns;
  /** Searched in URLs: what is found is not recorded. */
  readonly excludedUrls: readonly RegExp[] | undefined;
  /** In place of the usual query parameters with secret values. */
  readonly sensitiveQueryParameters: readonly string[] | undefined;
  /** Whether literals in database queries are replaced. */
  readonly querySanitization: boolean;
  /** Service names by `host` or `host:port`. */
  readonly serviceMapping: Readonly<Record<string, string>> | undefined;
  /** Message headers that are recorded. */
  readonly messagingHeaders: readonly string[] | undefined;
  /** Options by instrumentation, as its definition declares them. */
  readonly options: Readonly<Record<string, Readonly<Record<string, OptionValue>>>>;
}
