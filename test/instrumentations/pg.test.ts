import { type ScenarioOptions, scenario, scenarioOnEveryNode } from '../harness/scenario';
import { startPostgres } from '../harness/servers/postgres';

const servers = { pg: startPostgres };
const variables = {
  database:
    'db.system.name=postgresql db.namespace=postgres server.address="{pg.host}" server.port={pg.port}',
};

const pg: ScenarioOptions = {
  fixture: 'pg',
  servers,
  variables,
  expect: String.raw`
    CREATE TABLE orders CLIENT {database} db.query.summary="CREATE TABLE orders"
      | db.query.text="CREATE TEMPORARY TABLE orders (id int PRIMARY KEY, item text DEFAULT ?)"
    INSERT orders CLIENT {database} db.query.summary="INSERT orders"
      | db.query.text="INSERT INTO orders VALUES ($1, $2)"
    INSERT orders CLIENT ERROR "duplicate key value violates unique constraint \"orders_pkey\"" {database}
      | db.query.summary="INSERT orders" db.query.text="INSERT INTO orders VALUES (?, ?)"
      | db.response.status_code="23505" error.type="23505"
    # Never sent: a value that cannot be made text fails while the call still runs.
    SELECT CLIENT ERROR "Converting circular structure to JSON{any}" {database}
      | db.query.summary=SELECT db.query.text="SELECT $1::json" error.type=TypeError
    # A named statement; the second time only its name is given.
    SELECT orders CLIENT {database} db.query.summary="SELECT orders"
      | db.query.text="SELECT item FROM orders WHERE id = $1"
    SELECT orders CLIENT {database} db.query.summary="SELECT orders"
      | db.query.text="SELECT item FROM orders WHERE id = $1"
    # Callbacks, one inside the other.
    UPDATE orders CLIENT {database} db.query.summary="UPDATE orders"
      | db.query.text="UPDATE orders SET item = ? WHERE id = ?"
    SELECT orders CLIENT {database} db.query.summary="SELECT orders"
      | db.query.text="SELECT item FROM orders WHERE id = $1"
    # Query objects.
    SELECT generate_series CLIENT {database} db.query.summary="SELECT generate_series"
      | db.query.text="SELECT n FROM generate_series(?, ?) n"
    SELECT nowhere CLIENT ERROR "relation \"nowhere\" does not exist" {database}
      | db.query.summary="SELECT nowhere" db.query.text="SELECT nothing FROM nowhere"
      | db.response.status_code=42P01 error.type=42P01
    # A pool: two at once, then several statements on a client that is checked out.
    ~ SELECT CLIENT {database} db.query.summary=SELECT db.query.text="SELECT ? AS one"
    ~ SELECT CLIENT {database} db.query.summary=SELECT db.query.text="SELECT $1::int AS two"
    SELECT generate_series COMMIT CLIENT {database} db.query.summary="SELECT generate_series COMMIT"
      | db.query.text="SELECT n FROM generate_series(?, ?) n; COMMIT"
    # After client.end().
    SELECT CLIENT ERROR "Client was closed and is not queryable" {database}
      | db.query.summary=SELECT db.query.text="SELECT ?" error.type=Error
  `,
};
scenario('pg', pg);
scenarioOnEveryNode('pg', { ...pg, versions: '>=8.23.0' });

scenario('pg-cursor and pg-query-stream', {
  fixture: 'pg',
  app: 'streams',
  servers,
  variables,
  expect: String.raw`
    SELECT generate_series CLIENT {database} db.query.summary="SELECT generate_series"
      | db.query.text="SELECT n AS whole FROM generate_series(?, $1::int) n"
    SELECT generate_series CLIENT {database} db.query.summary="SELECT generate_series"
      | db.query.text="SELECT n AS early FROM generate_series(?, ?) n"
    SELECT nowhere CLIENT ERROR "relation \"nowhere\" does not exist" {database}
      | db.query.summary="SELECT nowhere" db.query.text="SELECT nothing FROM nowhere"
      | db.response.status_code=42P01 error.type=42P01
    SELECT generate_series CLIENT {database} db.query.summary="SELECT generate_series"
      | db.query.text="SELECT n AS streamed FROM generate_series(?, ?) n"
    SELECT generate_series CLIENT {database} db.query.summary="SELECT generate_series"
      | db.query.text="SELECT n AS destroyed FROM generate_series(?, ?) n"
    SELECT generate_series CLIENT ERROR {database}
      | db.query.summary="SELECT generate_series"
      | db.query.text="SELECT ? / (n - ?) AS failing FROM generate_series(?, ?) n"
      | db.response.status_code="22012" error.type="22012"
    # Neither read nor closed when the client ends.
    SELECT CLIENT ERROR "Connection terminated" {database}
      | db.query.summary=SELECT db.query.text="SELECT ? AS abandoned" error.type=Error
  `,
});

/** 50 requests at once wait for one connection, which the first of them made: each has its own queries, and none has the pool's. */
scenario('pg-pool', {
  fixture: 'pg',
  app: 'pool',
  servers,
  variables: {
    ...variables,
    request: 'http.request.method=GET http.response.status_code=200 network.protocol.version="1.1"',
    to: 'server.address="127.0.0.1" server.port={port}',
    peer: 'network.peer.address="127.0.0.1" network.peer.port={port}',
    select: 'db.query.summary=SELECT',
  },
  expect: () => {
    const forms = ['promise', 'callback', 'rows', 'stream'];
    const requests = Array.from({ length: 50 }, (_, id) => ({ form: forms[id % forms.length], id }));
    const ofRequests = requests.map(
      ({ form, id }) => String.raw`
        GET CLIENT {request} {to} {peer} url.full=http://127.0.0.1:{port}/${form}/${id}
          GET SERVER {request} {to} {peer} client.address="127.0.0.1" url.scheme=http url.path=/${form}/${id}
            SELECT CLIENT {database} {select} db.query.text="SELECT $1::int AS \"${form} ${id} first\""
            SELECT CLIENT {database} {select} db.query.text="SELECT $1::int AS \"${form} ${id} again\""
    `,
    );
    const ofPool = ['connect', 'acquire', 'remove'].map(
      (event) => String.raw`
        SELECT CLIENT {database} {select} db.query.text="SELECT ? AS \"on ${event}\""
    `,
    );
    return [...ofRequests, ...ofPool].join('');
  },
});

scenario('pg by name', {
  fixture: 'pg',
  app: 'named',
  // Before, the package had no exports that `import` sees by name.
  versions: '>=8.15.0',
  servers,
  variables,
  expect: `
    SELECT CLIENT {database} db.query.summary=SELECT db.query.text="SELECT ? AS found"
  `,
});
