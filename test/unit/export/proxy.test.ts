import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ProxyConfig, proxyFor } from '../../../src/export/transport/proxy';

const hosts = (url: string, config: ProxyConfig, isTunnel = false) => {
  const proxy = proxyFor(new URL(url), config, isTunnel);
  return proxy && `${proxy.isSecure ? 'https' : 'http'}://${proxy.host}:${proxy.port}`;
};

describe('which proxy', () => {
  const both = { http: 'http://plain:3128', https: 'https://secure' };
  const cases: readonly [url: string, config: ProxyConfig, isTunnel: boolean, proxy: string | undefined][] = [
    ['http://c:4318/', both, false, 'http://plain:3128'],
    ['https://c:4318/', both, false, 'https://secure:443'],
    ['http://c:4317/', both, true, 'https://secure:443'],
    ['http://c:4317/', { http: 'plain' }, true, 'http://plain:80'],
    ['http://c:4318/', { https: 'https://secure' }, false, undefined],
    ['https://c:4318/', { http: 'http://plain' }, false, undefined],
    ['http://c:4318/', { http: 'plain:8080' }, false, 'http://plain:8080'],
    ['http://c:4318/', { http: 'http://[::2]:8080' }, false, 'http://::2:8080'],
    ['http://c:4318/', { http: 'socks5://plain:1080' }, false, undefined],
    ['http://c:4318/', { http: 'http://' }, false, undefined],
    ['http://localhost:4318/', both, false, undefined],
    ['http://a.localhost:4318/', both, false, undefined],
    ['http://127.1.2.3:4318/', both, false, undefined],
    ['http://[::1]:4318/', both, false, undefined],
    ['http://128.0.0.1:4318/', both, false, 'http://plain:3128'],
  ];
  for (const [url, config, isTunnel, proxy] of cases) {
    test(`${url} ${JSON.stringify(config)} ${isTunnel ? 'by CONNECT' : ''}`, () =>
      assert.equal(hosts(url, config, isTunnel), proxy));
  }

  test('credentials', () => {
    const { authorization } = proxyFor(new URL('http://c/'), { http: 'http://us%20er:p%40%@proxy' })!;
    assert.equal(authorization, `Basic ${Buffer.from('us er:p%40%').toString('base64')}`);
    assert.equal(proxyFor(new URL('http://c/'), { http: 'http://proxy' })!.authorization, undefined);
  });
});

describe('NO_PROXY', () => {
  const cases: readonly [noProxy: string, url: string, isExcluded: boolean][] = [
    ['*', 'http://any/', true],
    ['collector', 'http://collector:4318/', true],
    ['COLLECTOR', 'http://collector:4318/', true],
    ['collector', 'http://other-collector/', false],
    ['example.com', 'http://example.com/', true],
    ['example.com', 'http://otel.example.com/', true],
    ['example.com', 'http://notexample.com/', false],
    ['.example.com', 'http://otel.example.com/', true],
    ['*.example.com', 'http://otel.example.com/', true],
    ['example.com:4318', 'http://example.com:4318/', true],
    ['example.com:4318', 'http://example.com:4317/', false],
    ['example.com:80', 'http://example.com/', true],
    ['example.com:443', 'https://example.com/', true],
    ['a, b ,c', 'http://b/', true],
    ['a b', 'http://b/', true],
    ['10.1.2.3', 'http://10.1.2.3/', true],
    ['10.1.2.3', 'http://10.1.2.30/', false],
    ['10.1.2.3:80', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://11.1.2.3/', false],
    ['10.0.0.0/8', 'http://collector/', false],
    ['10.0.0.0/99', 'http://10.0.0.0/', false],
    ['[fd00::1]', 'http://[fd00::1]/', true],
    ['fd00::1', 'http://[fd00::1]/', true],
    ['[fd00::1]:4318', 'http://[fd00::1]:4318/', true],
    ['[fd00::1]:4318', 'http://[fd00::1]:4317/', false],
    ['fd00::/16', 'http://[fd00::1]/', true],
    ['', 'http://collector/', false],
    ['.', 'http://collector/', false],
    [',,', 'http://collector/', false],
  ];
  for (const [noProxy, url, isExcluded] of cases) {
    test(`${noProxy} ${isExcluded ? 'covers' : 'does not cover'} ${url}`, () => {
      const proxies = { http: 'http://proxy', https: 'http://proxy', noProxy };
      assert.equal(hosts(url, proxies), isExcluded ? undefined : 'http://proxy:80');
    });
  }
});
