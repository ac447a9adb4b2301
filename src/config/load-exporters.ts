import type { ExporterConfig, NamedFile, OtlpConfig, SignalName, TlsFilesConfig } from './config';
import { environment } from './environment';
import { otlpEndpoint, resolveEndpoint } from './otlp-endpoint';
import { unexpected } from './parsers';
import { readProxies } from './proxies';
import type { SettingReader } from './read-env';
import { otlpSignals, type Setting, settings } from './settings';

export type ExporterName = 'otlp' | 'otlp/stdout' | 'otlp/file' | 'zipkin' | 'console';

/** The exporter of that name, with its settings. */
export function readExporter(reader: SettingReader, name: ExporterName, signal: SignalName): ExporterConfig {
  switch (name) {
    case 'otlp':
      return readOtlp(reader, signal);
    case 'otlp/stdout':
      return { kind: 'file', signal };
    case 'otlp/file':
      return { kind: 'file', signal, path: filePath(reader.read(settings.exporterFile), signal) };
    case 'zipkin':
      return {
        kind: 'zipkin',
        url: reader.read(settings.zipkinEndpoint),
        timeoutMillis: reader.read(settings.zipkinTimeout),
        proxy: readProxies(environment()),
      };
    case 'console':
      return { kind: 'console' };
  }
}

/**
 * A file holds one signal (OpenTelemetry Protocol File Exporter), so its name goes into the path, by default before the extension. A `file:` URL is
 * taken as it is.
 */
function filePath(text: string, signal: SignalName): string {
  const path = text.startsWith('file://') ? decodeURIComponent(new URL(text).pathname) : text;
  if (path !== text || path.includes('{signal}')) return path.replaceAll('{signal}', signal);
  return path.replace(/(\.[^./]*)?$/, `.${signal}$1`);
}

function readOtlp(reader: SettingReader, signal: SignalName): OtlpConfig {
  const { read } = reader;
  const own = otlpSignals[signal];
  const directory = read(settings.spoolDirectory);
  const tls = readTlsFiles(reader, signal);
  const proxy = readProxies(environment());
  const protocol = read(own.protocol, read(settings.otlpProtocol));
  return {
    kind: 'otlp',
    signal,
    protocol,
    ...readEndpoint(reader, signal, protocol),
    headers: read(own.headers, read(settings.otlpHeaders)),
    timeoutMillis: read(own.timeout, read(settings.otlpTimeout)),
    compression: read(own.compression, read(settings.otlpCompression)),
    ...(tls && { tls }),
    ...(proxy && { proxy }),
    ...(directory && { spool: { directory, maxBytes: read(settings.spoolMaxBytes), signal } }),
  };
}

function readEndpoint(
  { read, complain }: SettingReader,
  signal: SignalName,
  protocol: OtlpConfig['protocol'],
): Pick<OtlpConfig, 'url' | 'socketPath'> {
  const own = otlpSignals[signal];
  const isInsecure = read(own.insecure, read(settings.otlpInsecure));
  const use = { protocol, isInsecure, signal };
  const usual = protocol === 'grpc' ? 'http://localhost:4317' : 'http://localhost:4318';
  const resolve = (setting: Setting<string | undefined>, text: string, isBase: boolean) => {
    const endpoint = resolveEndpoint(text, { ...use, isBase });
    if (endpoint === undefined) complain(setting, unexpected(otlpEndpoint.expected, text), usual);
    return endpoint ?? resolveEndpoint(usual, { ...use, isBase: true })!;
  };
  const base = resolve(settings.otlpEndpoint, read(settings.otlpEndpoint, usual), true);
  const text = read(own.endpoint, base.url);
  return text === base.url ? base : resolve(own.endpoint, text, false);
}

function readTlsFiles(
  { read, isSet, nameOf }: SettingReader,
  signal: SignalName,
): TlsFilesConfig | undefined {
  const own = otlpSignals[signal];
  const file = (
    ownSetting: Setting<string | undefined>,
    general: Setting<string | undefined>,
  ): NamedFile | undefined => {
    const path = read<string | undefined>(ownSetting, read(general));
    return path === undefined
      ? undefined
      : { path, setting: nameOf(isSet(ownSetting) ? ownSetting : general) };
  };
  const certificate = file(own.certificate, settings.otlpCertificate);
  const clientKey = file(own.clientKey, settings.otlpClientKey);
  const clientCertificate = file(own.clientCertificate, settings.otlpClientCertificate);
  return certificate || clientKey || clientCertificate
    ? { certificate, clientKey, clientCertificate }
    : undefined;
}
