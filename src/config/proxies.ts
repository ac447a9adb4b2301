import type { ProxyConfig } from './config';

/** The proxy variables, which are older than OpenTelemetry: lower case counts first, and a configuration file does not replace them. */
export function readProxies(env: NodeJS.ProcessEnv): ProxyConfig | undefined {
  const read = (name: string) => env[name.toLowerCase()]?.trim() || env[name]?.trim() || undefined;
  // In a CGI program HTTP_PROXY is what a client sent as a header "Proxy".
  const http = env.REQUEST_METHOD ? env.http_proxy?.trim() : read('HTTP_PROXY');
  const https = read('HTTPS_PROXY');
  return http || https ? { http, https, noProxy: read('NO_PROXY') } : undefined;
}
