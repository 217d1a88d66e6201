// Delivers events through both official clients: node send.cjs URL COUNT SEGMENT_KEY RUDDER_KEY. Each event has a customer
// of its own. Prints how many are through as they go, then what was not delivered.
const [url, total, segmentKey, rudderKey] = process.argv.slice(2);
const count = Number(total);
const { Analytics } = require('@segment/analytics-node');
const Rudder = require('@rudderstack/rudder-sdk-node');

let delivered = 0;
const failed = [];
function done(error, id) {
  if (error) failed.push(`${id}: ${error.message || error}`);
  else delivered += 1;
  if ((delivered + failed.length) % 100 === 0) console.log(`delivered ${delivered}`);
}

async function bySegment(n) {
  const client = new Analytics({ writeKey: segmentKey, host: url, flushAt: 100, flushInterval: 200, maxRetries: 60, httpRequestTimeout: 5000 });
  for (let i = 0; i < n; i += 1) {
    const userId = `s${i}`;
    client.track({ userId, event: 'order', properties: { quantity: 1 } }, (error) => done(error, userId));
    if (i % 500 === 499) await new Promise((go) => setTimeout(go, 20));
  }
  await client.closeAndFlush({ timeout: 120000 });
}

async function byRudder(n) {
  const Client = Rudder.default || Rudder;
  // Its timeout is for all retries of a call together.
  const client = new Client(rudderKey, {
    dataPlaneUrl: url, flushAt: 100, flushInterval: 200, retryCount: 60, axiosRetryConfig: { retryDelay: () => 100 }, timeout: 60000, logLevel: 'none',
  });
  const all = [];
  for (let i = 0; i < n; i += 1) {
    const userId = `r${i}`;
    all.push(new Promise((go) => client.track({ userId, event: 'order', properties: { quantity: 1 } }, (error) => { done(error, userId); go(); })));
    if (i % 500 === 499) await new Promise((go) => setTimeout(go, 20));
  }
  await Promise.all(all);
}

Promise.all([bySegment(Math.ceil(count / 2)), byRudder(Math.floor(count / 2))]).then(() => {
  console.log(`delivered ${delivered}`);
  console.log(`done ${JSON.stringify({ delivered, failed: failed.slice(0, 5), failures: failed.length })}`);
  process.exit(0);
});
