import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface JsonRequest {
  readonly method: string | undefined;
  readonly url: string;
  readonly body: any;
}

export interface JsonServer {
  readonly url: string;
  readonly requests: JsonRequest[];
  /** Waits for the next request to be answered. */
  nextAnswer(): Promise<void>;
}

/** A server that answers as `answer` says; a number is a status without a body. */
export async function startJsonServer(
  t: TestContext,
  answer: (request: JsonRequest) => unknown,
): Promise<JsonServer> {
  const requests: JsonRequest[] = [];
  const server = createServer(async (incoming, response) => {
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
    const body = text ? JSON.parse(text) : undefined;
    const request = { method: incoming.method, url: incoming.url ?? '', body };
    requests.push(request);
    const answered = await answer(request);
    if (typeof answered === 'number') response.writeHead(answered).end();
    else response.end(typeof answered === 'string' ? answered : JSON.stringify(answered));
    response.on('close', () => server.emit('answered'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async nextAnswer() {
      await once(server, 'answered');
      // The connection is closed by the client, which has the answer by then.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
